package dev.tokenguard.revocation;

import dev.tokenguard.config.Setting;

/** Why something is on the blacklist, as resource servers and operators read it. */
public enum Reason {
  /** The user, a client, an identity provider, an administrator or Keycloak ended the session. */
  LOGOUT,
  /** A client asked for it (RFC 7009), or Keycloak put it there by itself. */
  REVOKED,
  /** An administrator named it. */
  ADMINISTRATOR,
  /** A refresh replaced it. */
  ROTATED,
  /** A refresh token of its family was used again (RFC 9700, section 4.14.2). */
  REUSED,
  /** A refresh token of its family came from a context that it is not bound to. */
  MISMATCHED,
  /** A later login exceeded the setting of the same name. */
  MAX_FAMILIES_PER_USER_AND_CLIENT,
  PASSWORD_CHANGED,
  CREDENTIAL_CHANGED,
  EMAIL_CHANGED,
  USERNAME_CHANGED,
  USER_DELETED,
  USER_DISABLED,
  USER_LOCKED_OUT,
  CONSENT_REVOKED,
  CLIENT_DISABLED,
  CLIENT_SECRET_CHANGED,
  PERMISSIONS_REDUCED,
  /** It was issued before the not-before time of the realm or the client. */
  NOT_BEFORE;

  /** As it stands in Redis, in events and in the admin REST. */
  public String word() {
    return Setting.id(this);
  }
}
