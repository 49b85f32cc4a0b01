package dev.tokenguard.blacklist;

/** How much a trigger ends. */
public enum Scope {
  /** Nothing: the trigger is switched off. */
  OFF,
  /** What the client has in the session. */
  CLIENT_SESSION,
  /** What the user has at the client, or what all users have there. */
  CLIENT,
  /** The session, with all clients. */
  SESSION,
  /** All sessions of the user but the one in which it happened. */
  OTHER_SESSIONS,
  /** All sessions of the user. */
  USER,
  /** All sessions of all users. */
  REALM
}
