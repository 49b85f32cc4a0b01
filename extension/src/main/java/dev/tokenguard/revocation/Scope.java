package dev.tokenguard.revocation;

/** How much a trigger revokes. */
public enum Scope {
  /** Nothing: the trigger is switched off. */
  OFF,
  /** What the client has in the session. */
  CLIENT_SESSION,
  /** What the user has at the client, or what all users have there. */
  CLIENT,
  /** The session that Keycloak terminated, with all clients. */
  SESSION,
  /** That session, and the offline session of the same id. */
  SESSION_AND_OFFLINE,
  /** All sessions of the user except the one in which it was done. */
  OTHER_SESSIONS,
  /** All sessions of the user. */
  USER,
  /** All sessions of all users. */
  REALM,
  /** The access tokens that were issued before; no session is terminated. */
  TOKENS
}
