package dev.tokenguard.quarkus;

/**
 * Redis did not reply, so it is not known whether the token was revoked. No failure of
 * authentication: the client must not discard its token.
 */
public final class RevocationUnknownException extends RuntimeException {

  private static final long serialVersionUID = 1;

  /** The seconds after which a client tries again. */
  static final String RETRY_AFTER = "1";

  /** Without stack trace and cause, which is logged once: an outage causes many. */
  RevocationUnknownException() {
    super("Redis is unavailable", null, false, false);
  }
}
