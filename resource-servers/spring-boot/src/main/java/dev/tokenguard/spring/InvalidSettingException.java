package dev.tokenguard.spring;

/** A setting stops the start of the application. */
final class InvalidSettingException extends RuntimeException {

  private static final long serialVersionUID = 1;

  private final String action;

  InvalidSettingException(String description, String action) {
    super(description);
    this.action = action;
  }

  String action() {
    return action;
  }
}
