package dev.tokenguard.redis.connection;

import dev.tokenguard.redis.RedisTelemetry.Failure;
import java.net.SocketTimeoutException;
import java.util.Arrays;
import java.util.Set;
import redis.clients.jedis.ConnectionFactory;
import redis.clients.jedis.exceptions.JedisDataException;
import redis.clients.jedis.exceptions.JedisException;

/**
 * What a failed command tells of Redis.
 *
 * @param concernsEverybody whether another command would have failed, too. An error reply about one
 *     key, one command or all writes does not: it came at once, and reads may still be answered.
 */
record FailureClassifier(Failure failure, boolean concernsEverybody) {

  /**
   * Error replies to whatever is asked: Redis reads its file, runs a script that does not end, is a
   * replica without a master, a cluster without all slots, or does not know us. READONLY, OOM,
   * MISCONF and NOREPLICAS refuse writes only and NOPERM some commands: look-ups go on.
   */
  private static final Set<String> CODES_FOR_EVERYBODY =
      Set.of("LOADING", "BUSY", "MASTERDOWN", "CLUSTERDOWN", "NOAUTH", "WRONGPASS");

  static FailureClassifier of(JedisException failed) {
    if (failed instanceof JedisDataException) {
      return new FailureClassifier(Failure.REJECTED, CODES_FOR_EVERYBODY.contains(codeOf(failed)));
    }
    // The pool reports a connection that it could not get as a plain JedisException.
    return new FailureClassifier(hasBeenSent(failed) ? Failure.TIMEOUT : Failure.CONNECTION, true);
  }

  /** The first word of an error reply is its code. */
  private static String codeOf(JedisException failed) {
    return String.valueOf(failed.getMessage()).split(" ", 2)[0];
  }

  /** A command on an open connection was not answered in time, so it may be carried out. */
  private static boolean hasBeenSent(JedisException failed) {
    for (Throwable cause = failed; cause != null; cause = cause.getCause()) {
      if (cause instanceof SocketTimeoutException) {
        return !isOfNewConnection(cause);
      }
    }
    return false;
  }

  /** Jedis tells a connection that is not ready in time by the same exceptions as a late answer. */
  private static boolean isOfNewConnection(Throwable timeout) {
    return Arrays.stream(timeout.getStackTrace())
        .anyMatch(frame -> frame.getClassName().equals(ConnectionFactory.class.getName()));
  }
}
