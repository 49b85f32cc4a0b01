package dev.tokenguard.gateway;

/** A token that is not valid, or that cannot be validated now. Has no stack trace: it is common. */
final class RefusedTokenException extends Exception {

  private static final long serialVersionUID = 1;

  private final Outcome outcome;

  /**
   * @param description for the developer of the client; nothing of the token
   */
  RefusedTokenException(Outcome outcome, String description) {
    super(description, null, false, false);
    this.outcome = outcome;
  }

  static RefusedTokenException invalid(String description) {
    return new RefusedTokenException(Outcome.INVALID_TOKEN, description);
  }

  static RefusedTokenException keysUnavailable() {
    return new RefusedTokenException(Outcome.KEYS_UNAVAILABLE, "The JWK Set cannot be read");
  }

  Outcome outcome() {
    return outcome;
  }

  String description() {
    return String.valueOf(getMessage());
  }
}
