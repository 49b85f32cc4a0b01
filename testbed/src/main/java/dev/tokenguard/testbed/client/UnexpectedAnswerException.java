package dev.tokenguard.testbed.client;

/** Keycloak answered with an error, or with another page than the one that was expected. */
public final class UnexpectedAnswerException extends RuntimeException {

  public UnexpectedAnswerException(String message) {
    super(message);
  }
}
