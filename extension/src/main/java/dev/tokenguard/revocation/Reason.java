package dev.tokenguard.revocation;

import dev.tokenguard.config.Setting;

/** The reason of an entry on the blacklist, for resource servers and operators. */
public enum Reason {
  /**
   * The user, a client, an identity provider, an administrator or Keycloak terminated the session.
   */
  LOGOUT,
  /** A client revoked the token (RFC 7009), or Keycloak did. */
  REVOKED,
  /** An administrator revoked it by the admin REST API. */
  ADMINISTRATOR,
  /** A refresh replaced the access token. */
  ROTATED,
  /** A replaced refresh token of the family was presented (RFC 9700, section 4.14.2). */
  REUSED,
  /** A refresh token of the family was presented from another context than the bound one. */
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
  /** The token was issued before the not-before time of the realm or the client. */
  NOT_BEFORE;

  /** The id in Redis, in events and in the admin REST API. */
  public String word() {
    return Setting.id(this);
  }
}
