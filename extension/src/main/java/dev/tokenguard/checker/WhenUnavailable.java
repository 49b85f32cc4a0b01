package dev.tokenguard.checker;

/**
 * What a token is worth while Redis cannot be asked. There is no default: somebody has to choose.
 */
public enum WhenUnavailable {
  /** Good until it expires, as if nothing had ever been revoked. */
  ACCEPT,
  /** Not to be trusted. Answer 503: nothing is known against the token, so 401 would be wrong. */
  REFUSE
}
