package dev.tokenguard.checker;

import dev.tokenguard.checker.RevocationChecker.WhenUnavailable;

/** The result of the check of a valid access token. */
public sealed interface Verdict {

  /** Whether the resource server accepts the token. */
  boolean isAccepted();

  /**
   * None of its keys covers the token. Also the result for an expired token, whose keys have
   * expired.
   */
  record Active() implements Verdict {
    @Override
    public boolean isAccepted() {
      return true;
    }
  }

  /**
   * Revoked: respond with 401 and {@code invalid_token} (RFC 6750, section 3.1).
   *
   * @param reason the reason for the log, for a user the cut-off. Token Guard has written it, and
   *     not the client
   */
  record Revoked(Scope scope, String reason) implements Verdict {
    @Override
    public boolean isAccepted() {
      return false;
    }
  }

  /**
   * Redis is unavailable, or has sent an unexpected reply. Count this result in a metric of its
   * own, also if it is accepted.
   */
  record Unknown(WhenUnavailable choice, Throwable failure) implements Verdict {
    @Override
    public boolean isAccepted() {
      return choice == WhenUnavailable.ACCEPT;
    }
  }

  /**
   * The token has none of {@code jti}, {@code sid} and {@code sub}, so it cannot be revoked. Never
   * accepted, also during outages. Keycloak issues no such access tokens.
   */
  record Unidentified() implements Verdict {
    @Override
    public boolean isAccepted() {
      return false;
    }
  }

  /** The scope of the revocation. */
  enum Scope {
    /** The token. */
    TOKEN,
    /** The tokens of its session issued up to a second. */
    SESSION,
    /** The tokens of its user issued before a second. */
    USER
  }
}
