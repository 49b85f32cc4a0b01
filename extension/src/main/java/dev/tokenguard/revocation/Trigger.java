package dev.tokenguard.revocation;

import static dev.tokenguard.revocation.RevocationScope.CLIENT;
import static dev.tokenguard.revocation.RevocationScope.CLIENT_SESSION;
import static dev.tokenguard.revocation.RevocationScope.OFF;
import static dev.tokenguard.revocation.RevocationScope.OTHER_SESSIONS;
import static dev.tokenguard.revocation.RevocationScope.REALM;
import static dev.tokenguard.revocation.RevocationScope.SESSION;
import static dev.tokenguard.revocation.RevocationScope.SESSION_AND_OFFLINE;
import static dev.tokenguard.revocation.RevocationScope.TOKENS;
import static dev.tokenguard.revocation.RevocationScope.USER;
import static java.util.Objects.requireNonNull;

import dev.tokenguard.config.InvalidSettingException;
import dev.tokenguard.config.Setting;
import dev.tokenguard.revocation.Revocation.Reason;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Function;

/** A change in Keycloak that revokes tokens. Its setting is the scope of the revocation. */
public enum Trigger {
  LOGOUT(
      Reason.LOGOUT,
      "a session is terminated by the user, a client, an identity provider, an administrator or"
          + " Keycloak itself; an offline session with the same id stays unless Keycloak terminates"
          + " it, too",
      SESSION,
      SESSION_AND_OFFLINE,
      USER),
  ADMIN_LOGOUT(Reason.LOGOUT, "an administrator logs a user out", USER),
  REALM_LOGOUT(Reason.LOGOUT, "an administrator logs all users out", REALM),
  TOKEN_REVOCATION(
      Reason.REVOKED,
      "a client revokes a refresh token (RFC 7009), or Keycloak removes a client session",
      CLIENT_SESSION,
      SESSION),
  CONSENT_REVOKED(
      Reason.CONSENT_REVOKED,
      "the user or an administrator revokes a consent or an offline grant",
      CLIENT,
      USER),
  PASSWORD_CHANGED(
      Reason.PASSWORD_CHANGED,
      "the user changes the password, or sets a new one by the link of an e-mail",
      OTHER_SESSIONS,
      USER),
  PASSWORD_RESET(Reason.PASSWORD_CHANGED, "an administrator sets a new password", USER),
  CREDENTIAL_REMOVED(
      Reason.CREDENTIAL_CHANGED,
      "a second factor or another credential is removed or replaced",
      OTHER_SESSIONS,
      USER),
  EMAIL_CHANGED(
      Reason.EMAIL_CHANGED, "the e-mail address of the user changes", OFF, OTHER_SESSIONS, USER),
  USERNAME_CHANGED(Reason.USERNAME_CHANGED, "the username changes", OFF, OTHER_SESSIONS, USER),
  USER_DELETED(
      Reason.USER_DELETED,
      "the user or an administrator deletes the account, or its user federation is removed",
      USER),
  USER_DISABLED(
      Reason.USER_DISABLED,
      "an administrator disables the user, or the user federation of the user",
      USER),
  USER_LOCKED_OUT(
      Reason.USER_LOCKED_OUT, "Keycloak locks the user out after too many failed logins", USER),
  CLIENT_DISABLED(Reason.CLIENT_DISABLED, "a client is disabled or deleted", CLIENT),
  CLIENT_SECRET_CHANGED(
      Reason.CLIENT_SECRET_CHANGED,
      "the secret of a client is replaced, and the former one is no longer valid",
      CLIENT),
  NOT_BEFORE(
      Reason.NOT_BEFORE, "the not-before time of the realm or of a client is raised", TOKENS),
  PERMISSIONS_REDUCED(
      Reason.PERMISSIONS_REDUCED, "a role or a group is removed from the user", OFF, USER);

  private final Reason reason;
  private final Setting<RevocationScope> setting;

  /**
   * @param change a clause for the help text
   * @param byDefault the default scope
   * @param others the other accepted scopes, besides {@code off}
   */
  Trigger(Reason reason, String change, RevocationScope byDefault, RevocationScope... others) {
    this.reason = reason;
    Set<RevocationScope> accepted = new LinkedHashSet<>(List.of(OFF, byDefault));
    accepted.addAll(List.of(others));
    this.setting =
        Setting.choice(
            Setting.id(this),
            "What is revoked when " + change + ".",
            List.copyOf(accepted),
            byDefault);
  }

  public Reason reason() {
    return reason;
  }

  /** The setting of this trigger, on the server and in a realm. */
  public Setting<RevocationScope> setting() {
    return setting;
  }

  public static List<Setting<?>> settings() {
    return Arrays.stream(values()).<Setting<?>>map(Trigger::setting).toList();
  }

  /** The scope of each trigger, on the server or in a realm that overrides some of them. */
  public static final class Scopes {

    private final Map<Trigger, RevocationScope> scopes;

    private Scopes(Map<Trigger, RevocationScope> scopes) {
      this.scopes = scopes;
    }

    /**
     * Reads the triggers of the server.
     *
     * @param given the text of a setting by its name; null if it is not set
     * @throws InvalidSettingException for the first value that is not accepted
     */
    public static Scopes parse(Function<String, String> given) {
      Map<Trigger, RevocationScope> scopes = new EnumMap<>(Trigger.class);
      for (Trigger trigger : Trigger.values()) {
        scopes.put(trigger, trigger.setting().from(given::apply));
      }
      return new Scopes(scopes);
    }

    /**
     * The triggers of a realm. If a value is not accepted, the scope of the server applies.
     *
     * @param given the text of a setting by its name; null if the realm does not set it
     * @param invalid receives a message for each value that is not accepted
     */
    public Scopes overriddenBy(Function<String, String> given, Consumer<String> invalid) {
      Map<Trigger, RevocationScope> overridden = new EnumMap<>(scopes);
      for (Trigger trigger : Trigger.values()) {
        try {
          textOf(trigger, given)
              .ifPresent(text -> overridden.put(trigger, trigger.setting().parse(text)));
        } catch (InvalidSettingException refused) {
          invalid.accept(refused.getMessage());
        }
      }
      return new Scopes(overridden);
    }

    public RevocationScope scopeOf(Trigger trigger) {
      return requireNonNull(scopes.get(trigger));
    }

    private static Optional<String> textOf(Trigger trigger, Function<String, String> given) {
      return Optional.ofNullable(given.apply(trigger.setting().name()))
          .filter(text -> !text.isBlank())
          .map(String::trim);
    }
  }
}
