package dev.tokenguard.config;

/** A value that an administrator gave is refused. The message names the setting and its range. */
public final class InvalidSettingException extends RuntimeException {

  InvalidSettingException(String message) {
    super(message);
  }

  /** The same, with the name as it is written where the setting stands. */
  public InvalidSettingException under(String prefix) {
    return new InvalidSettingException(prefix + getMessage());
  }
}
