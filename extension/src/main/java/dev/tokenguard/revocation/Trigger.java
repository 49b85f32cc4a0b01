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

import dev.tokenguard.config.Setting;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** A change in Keycloak that revokes tokens. */
public enum Trigger {
  LOGOUT(
      Reason.LOGOUT,
      "A session was terminated: by the user, a client, an identity provider, an administrator, or"
          + " by Keycloak itself. An offline session of the same id stays unless Keycloak terminated"
          + " it, too.",
      SESSION,
      SESSION_AND_OFFLINE,
      USER),
  ADMIN_LOGOUT(Reason.LOGOUT, "An administrator logged a user out.", USER),
  REALM_LOGOUT(Reason.LOGOUT, "An administrator logged all users out.", REALM),
  TOKEN_REVOCATION(
      Reason.REVOKED,
      "A client revoked a refresh token (RFC 7009), or Keycloak detached the client from a session.",
      CLIENT_SESSION,
      SESSION),
  CONSENT_REVOKED(
      Reason.CONSENT_REVOKED,
      "The user or an administrator withdrew a consent or an offline grant.",
      CLIENT,
      USER),
  PASSWORD_CHANGED(
      Reason.PASSWORD_CHANGED,
      "The user changed the password, or set a new one by a mail.",
      OTHER_SESSIONS,
      USER),
  PASSWORD_RESET(Reason.PASSWORD_CHANGED, "An administrator set a new password.", USER),
  CREDENTIAL_REMOVED(
      Reason.CREDENTIAL_CHANGED,
      "A second factor or another credential was removed or replaced.",
      OTHER_SESSIONS,
      USER),
  EMAIL_CHANGED(
      Reason.EMAIL_CHANGED, "The e-mail address of the user changed.", OFF, OTHER_SESSIONS, USER),
  USERNAME_CHANGED(Reason.USERNAME_CHANGED, "The username changed.", OFF, OTHER_SESSIONS, USER),
  USER_DELETED(
      Reason.USER_DELETED,
      "The owner or an administrator deleted the account, or its user federation was removed.",
      USER),
  USER_DISABLED(
      Reason.USER_DISABLED,
      "An administrator disabled the user, or the user federation that has the user.",
      USER),
  USER_LOCKED_OUT(
      Reason.USER_LOCKED_OUT, "Keycloak locked the user out after too many failed logins.", USER),
  CLIENT_DISABLED(Reason.CLIENT_DISABLED, "A client was disabled or deleted.", CLIENT),
  CLIENT_SECRET_CHANGED(
      Reason.CLIENT_SECRET_CHANGED,
      "The secret of a client was replaced, and the former one is no longer valid.",
      CLIENT),
  NOT_BEFORE(
      Reason.NOT_BEFORE,
      "The not-before time of the realm or of a client was moved forward.",
      TOKENS),
  PERMISSIONS_REDUCED(
      Reason.PERMISSIONS_REDUCED, "A role or a group was taken away from the user.", OFF, USER);

  private final Reason reason;
  private final Setting<RevocationScope> setting;

  /**
   * @param byDefault what it revokes when nothing is set
   * @param others what else it can revoke; it can be switched off, too
   */
  Trigger(Reason reason, String help, RevocationScope byDefault, RevocationScope... others) {
    this.reason = reason;
    Set<RevocationScope> accepted = new LinkedHashSet<>(List.of(OFF, byDefault));
    accepted.addAll(List.of(others));
    List<String> words = accepted.stream().map(Setting::id).toList();
    this.setting =
        new Setting<>(
            Setting.id(this),
            help,
            "one of " + String.join(", ", words),
            words,
            Setting.id(byDefault),
            text ->
                accepted.stream()
                    .filter(scope -> Setting.id(scope).equals(text))
                    .findFirst()
                    .orElseThrow(IllegalArgumentException::new));
  }

  public Reason reason() {
    return reason;
  }

  /** The setting that switches it and says how much it revokes. */
  public Setting<RevocationScope> setting() {
    return setting;
  }

  public static List<Setting<?>> settings() {
    return Arrays.stream(values()).<Setting<?>>map(Trigger::setting).toList();
  }
}
