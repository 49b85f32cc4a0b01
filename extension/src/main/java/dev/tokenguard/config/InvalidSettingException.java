package dev.tokenguard.config;

/**
 * A value of a setting is not accepted. The message names the setting and what it accepts, and
 * leaves the value out: messages are logged, and the value may be a password.
 */
public final class InvalidSettingException extends RuntimeException {

  private final String name;
  private final String label;
  private final String reason;

  /**
   * @param reason what the setting accepts, or which other setting the value contradicts
   */
  InvalidSettingException(Setting<?> setting, String reason) {
    this(setting.name(), setting.label(), reason);
  }

  private InvalidSettingException(String name, String label, String reason) {
    super(name + ": " + reason);
    this.name = name;
    this.label = label;
    this.reason = reason;
  }

  /** The same refusal with the prefix that the name has in the configuration. */
  public InvalidSettingException under(String prefix) {
    return new InvalidSettingException(prefix + name, label, reason);
  }

  /** The {@link Setting#name} of the setting. */
  public String name() {
    return name;
  }

  /** The {@link Setting#label} of the setting. */
  public String label() {
    return label;
  }

  /** What the setting accepts, or which other setting the value contradicts. */
  public String reason() {
    return reason;
  }
}
