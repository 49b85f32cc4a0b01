package dev.tokenguard.testbed.postgres;

/** This machine cannot run PostgreSQL; the message is for the person at the terminal. */
public final class PostgresUnavailableException extends RuntimeException {

  PostgresUnavailableException(String message, Throwable cause) {
    super(message, cause);
  }
}
