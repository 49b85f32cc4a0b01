package dev.tokenguard.redis.connection;

import dev.tokenguard.redis.connection.RedisTelemetry.Failure;
import java.net.SocketTimeoutException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import redis.clients.jedis.ConnectionFactory;
import redis.clients.jedis.exceptions.JedisDataException;
import redis.clients.jedis.exceptions.JedisException;

/**
 * Classifies a failed command, and describes it for the log.
 *
 * @param affectsAllCommands whether any other command would fail, too; only such failures open the
 *     circuit breaker
 */
record FailureClassifier(Failure failure, boolean affectsAllCommands) {

  /**
   * Codes of error replies to any command. READONLY, OOM, MISCONF and NOREPLICAS concern writes
   * only, NOPERM some commands, WRONGTYPE one key, so lookups continue.
   */
  private static final Set<String> CODES_FOR_ALL_COMMANDS =
      Set.of("LOADING", "BUSY", "MASTERDOWN", "CLUSTERDOWN", "NOAUTH", "WRONGPASS");

  private static final String HOSTNAME =
      "use a host name of the certificate in url, or issue a certificate for the host in url";
  private static final String CLIENT_CERTIFICATE = "set tls-certificate-file and tls-key-file";
  private static final String PORT =
      "if it persists, this port requires TLS or a client certificate: see rediss:// and"
          + " tls-certificate-file";
  private static final String ACL =
      "the ACL user lacks a privilege: see ACL user in docs/operations.md";

  /** The action for an administrator, for a part of the message. */
  private record Hint(String part, String action) {}

  /** The first match counts. */
  private static final List<Hint> HINTS =
      List.of(
          new Hint("PKIX path", "set tls-ca-file to the CA of Redis"),
          new Hint("No subject alternative", HOSTNAME),
          new Hint("No name matching", HOSTNAME),
          new Hint("certificate_required", CLIENT_CERTIFICATE),
          new Hint("bad_certificate", CLIENT_CERTIFICATE),
          new Hint("NOAUTH", "set password"),
          new Hint("WRONGPASS", "check username and password"),
          new Hint("NOPERM", ACL),
          new Hint("ACL failure in script", ACL),
          new Hint("The user executing the script can't", ACL),
          new Hint("MOVED ", "this is a node of a Cluster: set topology to cluster"),
          new Hint("cluster support disabled", "this is no Cluster: set topology to standalone"),
          new Hint(
              "READONLY", "this is a replica: use the address of the master in url, or Sentinels"),
          // Redis closes the connection before the client has read its TLS alert.
          new Hint("Connection reset", PORT),
          new Hint("Broken pipe", PORT),
          new Hint("Unexpected end of stream", PORT));

  static FailureClassifier of(JedisException failed) {
    if (failed instanceof JedisDataException) {
      String code = String.valueOf(failed.getMessage()).split(" ", 2)[0];
      return new FailureClassifier(Failure.REJECTED, CODES_FOR_ALL_COMMANDS.contains(code));
    }
    // The pool reports a connection that it could not get as a plain JedisException.
    return new FailureClassifier(wasSent(failed) ? Failure.TIMEOUT : Failure.CONNECTION, true);
  }

  /**
   * Whether an open connection timed out, so that Redis may have executed the command. Jedis
   * reports a new connection that is not ready in time by the same exceptions.
   */
  private static boolean wasSent(JedisException failed) {
    return causes(failed)
        .filter(SocketTimeoutException.class::isInstance)
        .findFirst()
        .filter(
            timeout ->
                Arrays.stream(timeout.getStackTrace())
                    .noneMatch(
                        frame -> frame.getClassName().equals(ConnectionFactory.class.getName())))
        .isPresent();
  }

  /**
   * Whether the thread was interrupted while it waited for a connection, which concerns no other
   * command. The pool of Jedis clears the flag of the thread.
   */
  static boolean isInterruption(JedisException failed) {
    return causes(failed).anyMatch(InterruptedException.class::isInstance);
  }

  private static Stream<Throwable> causes(Throwable failed) {
    return Stream.iterate(failed, cause -> cause != null, Throwable::getCause);
  }

  /** The messages of a failure, with the action for an administrator. Contains no tokens. */
  static String describe(Throwable failure) {
    String messages = String.join(": ", messages(failure));
    return HINTS.stream()
        .filter(hint -> messages.contains(hint.part()))
        .findFirst()
        .map(hint -> messages + " (" + hint.action() + ")")
        .orElse(messages);
  }

  /**
   * The messages of the exception, its causes and its suppressed exceptions, because Jedis puts the
   * reason in any of them. A message that is part of another one is left out.
   */
  private static List<String> messages(Throwable failure) {
    List<String> messages = new ArrayList<>();
    Set<Throwable> seen = new HashSet<>();
    Deque<Throwable> open = new ArrayDeque<>(List.of(failure));
    while (!open.isEmpty()) {
      Throwable next = open.removeFirst();
      if (seen.add(next)) {
        String message = next.getMessage() == null ? "" : next.getMessage();
        if (!message.isBlank() && messages.stream().noneMatch(other -> other.contains(message))) {
          messages.add(message);
        }
        Stream.concat(Stream.ofNullable(next.getCause()), Stream.of(next.getSuppressed()))
            .forEach(open::addLast);
      }
    }
    return messages;
  }
}
