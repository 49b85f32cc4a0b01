package dev.tokenguard.checker;

/** The result for a token while Redis is unavailable. There is no default. */
public enum WhenUnavailable {
  /** The token is accepted until it expires, even if it is revoked. */
  ACCEPT,
  /** The token is refused. Respond with 503 and not with 401: the token may be valid. */
  REFUSE
}
