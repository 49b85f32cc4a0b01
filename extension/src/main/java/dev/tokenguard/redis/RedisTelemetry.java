package dev.tokenguard.redis;

import java.time.Duration;

/** Who wants to know how Redis answers. Called on the thread of the request: be quick. */
public interface RedisTelemetry {

  /** What Redis was asked for. */
  enum Operation {
    BEGIN,
    ROTATE,
    REVOKE,
    FIND,
    BLACKLIST_ADD,
    BLACKLIST_FIND,
    INCIDENT_ADD,
    INCIDENT_FIND,
    PING
  }

  /** Why it did not answer as it should. */
  enum Failure {
    /** No answer in time; the command may have been carried out. */
    TIMEOUT,
    /** No connection, or it broke. */
    CONNECTION,
    /** An error reply, or an answer that is not understood. */
    REJECTED
  }

  void answered(Operation operation, Duration took);

  /**
   * @param message for the log; holds addresses and Redis' own words, no tokens
   */
  void failed(Operation operation, Failure failure, String message);
}
