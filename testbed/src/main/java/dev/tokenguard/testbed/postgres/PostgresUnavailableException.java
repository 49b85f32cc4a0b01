package dev.tokenguard.testbed.postgres;

/** This machine cannot run PostgreSQL; the message is printed to the terminal. */
public final class PostgresUnavailableException extends RuntimeException {

  PostgresUnavailableException(String message, Throwable cause) {
    super(message, cause);
  }
}
