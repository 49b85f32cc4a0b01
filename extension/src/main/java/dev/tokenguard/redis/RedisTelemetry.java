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
    EXCHANGE_ADD,
    EXCHANGE_FIND,
    BLACKLIST_ADD,
    BLACKLIST_FIND,
    INCIDENT_ADD,
    INCIDENT_FIND,
    HEARTBEAT,
    LATEST_EXPIRY,
    PING
  }

  /** Why it did not answer as it should. */
  enum Failure {
    /** No answer in time; the command may have been carried out. */
    TIMEOUT,
    /** No connection in time, or it broke. */
    CONNECTION,
    /** An error reply, or an answer that is not understood. */
    REJECTED,
    /** Not sent: Redis has not answered for some time, see {@link BreakerState}. */
    NOT_PERMITTED
  }

  /** Whether commands are sent. */
  enum BreakerState {
    CLOSED,
    /** The breaker is open: Redis is not asked. */
    OPEN,
    /** One is, to see whether Redis is back. */
    HALF_OPEN
  }

  void answered(Operation operation, Duration took);

  /**
   * @param message for the log; holds addresses and Redis' own words, no tokens
   */
  void failed(Operation operation, Failure failure, String message);

  /** A state that is entered. */
  void entered(BreakerState state);
}
