package dev.tokenguard.redis.connection;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/** Why Redis did not answer as it should, for the log: its own words, and what to do about it. */
final class FailureHints {

  private static final String HOSTNAME =
      "give the url a host name of the certificate, or set tls-verify-hostname to false";
  private static final String PORT =
      "if it stays so, this port wants TLS or a client certificate: see rediss:// and"
          + " tls-certificate-file";
  private static final String ACL =
      "the ACL user lacks a right, see the documentation on operations";

  /** What to do, by a part of a message. */
  private static final Map<String, String> ADVICE = new LinkedHashMap<>();

  static {
    ADVICE.put("PKIX path", "set tls-ca-file to the CA of Redis");
    ADVICE.put("No subject alternative", HOSTNAME);
    ADVICE.put("No name matching", HOSTNAME);
    ADVICE.put("certificate_required", "set tls-certificate-file and tls-key-file");
    ADVICE.put("bad_certificate", "set tls-certificate-file and tls-key-file");
    ADVICE.put("NOAUTH", "set password");
    ADVICE.put("WRONGPASS", "check username and password");
    ADVICE.put("NOPERM", ACL);
    ADVICE.put("ACL failure in script", ACL);
    ADVICE.put("The user executing the script can't", ACL);
    ADVICE.put("MOVED ", "this is a node of a Cluster: set topology to cluster");
    ADVICE.put("cluster support disabled", "this is no Cluster: set topology to standalone");
    ADVICE.put("READONLY", "this is a replica: give the url of the master, or use Sentinels");
    // Redis breaks off before its alert is read.
    ADVICE.put("Connection reset", PORT);
    ADVICE.put("Broken pipe", PORT);
    ADVICE.put("Unexpected end of stream", PORT);
  }

  private FailureHints() {}

  static String of(Throwable failure) {
    String told = String.join(": ", messages(failure));
    return ADVICE.entrySet().stream()
        .filter(advice -> told.contains(advice.getKey()))
        .findFirst()
        .map(advice -> told + " (" + advice.getValue() + ")")
        .orElse(told);
  }

  /**
   * Those of the exception, its causes, and what it suppressed: Jedis hides the reason in either.
   * One that only repeats a part of another is left out.
   */
  private static List<String> messages(Throwable failure) {
    List<String> messages = new ArrayList<>();
    Set<Throwable> seen = new HashSet<>();
    Deque<Throwable> open = new ArrayDeque<>(List.of(failure));
    while (!open.isEmpty()) {
      Throwable next = open.removeFirst();
      if (seen.add(next)) {
        String message = next.getMessage() == null ? "" : next.getMessage();
        if (!message.isBlank() && messages.stream().noneMatch(told -> told.contains(message))) {
          messages.add(message);
        }
        Stream.concat(Stream.ofNullable(next.getCause()), Stream.of(next.getSuppressed()))
            .forEach(open::addLast);
      }
    }
    return messages;
  }
}
