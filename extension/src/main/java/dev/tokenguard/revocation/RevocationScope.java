package dev.tokenguard.revocation;

/**
 * The extent of a revocation: the value of a trigger and of {@code on-reuse}, of a mark in the
 * store and of an entry on the blacklist. Each of these accepts some constants. The narrowest come
 * first.
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
  /** The client session. */
  CLIENT_SESSION,
  /** All client sessions at a client: of the user, or of all users. */
  CLIENT,
  /** The session with all its clients. */
  SESSION,
  /** The session, and the offline session with the same id. */
  SESSION_AND_OFFLINE,
  /** All sessions of the user except the one that made the change. */
  OTHER_SESSIONS,
  /** All sessions of the user. */
  USER,
  /** All sessions of all users. */
  REALM
}
