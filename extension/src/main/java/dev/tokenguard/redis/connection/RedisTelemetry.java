package dev.tokenguard.redis.connection;

import java.time.Duration;

/** Observes the commands to Redis, on the thread of the request. */
public interface RedisTelemetry {

  /** The purpose of a command. */
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

  /** The reason why a command failed. */
  enum Failure {
    /** No reply within the timeout; Redis may have executed the command. */
    TIMEOUT,
    /** No connection within the timeout, or the connection broke. */
    CONNECTION,
    /** An error reply, or a reply that is not understood. */
    REJECTED,
    /** Not sent, because the circuit breaker is open. */
    NOT_PERMITTED
  }

  /** The state of the circuit breaker. */
  enum BreakerState {
    CLOSED,
    /** No command is sent. */
    OPEN,
    /** One command is sent, to test whether Redis answers. */
    HALF_OPEN
  }

  void answered(Operation operation, Duration took);

  /**
   * @param message for the log; has addresses and error replies, but no tokens
   */
  void failed(Operation operation, Failure failure, String message);

  void entered(BreakerState state);
}
