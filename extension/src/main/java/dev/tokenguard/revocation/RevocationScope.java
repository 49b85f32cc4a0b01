package dev.tokenguard.revocation;

/**
 * How much is revoked: by a trigger, when a reuse is detected, by what the store or the revocation
 * list knows. Each of them accepts some of these. The narrowest come first.
 */
public enum RevocationScope {
  /** Nothing: the trigger is switched off. */
  OFF,
  /** One access token. */
  ACCESS_TOKEN,
  /** The access tokens that were issued before; no session is terminated. */
  TOKENS,
  /** A token family. */
  FAMILY,
  /** What the client has in the session. */
  CLIENT_SESSION,
  /** What the user has at the client, or what all users have there. */
  CLIENT,
  /** A session, with all clients. */
  SESSION,
  /** That session, and the offline session of the same id. */
  SESSION_AND_OFFLINE,
  /** All sessions of the user except the one in which it was done. */
  OTHER_SESSIONS,
  /** All sessions of the user. */
  USER,
  /** All sessions of all users. */
  REALM
}
