package dev.tokenguard.checker;

/** What is known about a valid access token. */
public sealed interface Verdict {

  /** Whether the request may go on. */
  boolean isAccepted();

  /** None of its keys was found. A token that has expired is alive, too: its keys are gone. */
  record Alive() implements Verdict {
    @Override
    public boolean isAccepted() {
      return true;
    }
  }

  /**
   * Answer 401 with {@code invalid_token} (RFC 6750, section 3.1).
   *
   * @param reason for the log: why it was revoked; of a user the cut-off. Written by Keycloak's
   *     side, not by the client
   */
  record Revoked(Scope scope, String reason) implements Verdict {
    @Override
    public boolean isAccepted() {
      return false;
    }
  }

  /**
   * Redis could not be asked, or its answer was none. Tell such cases apart from {@link Alive} in a
   * metric, also where they are accepted.
   */
  record Unknown(WhenUnavailable choice, Exception failure) implements Verdict {
    @Override
    public boolean isAccepted() {
      return choice == WhenUnavailable.ACCEPT;
    }
  }

  /**
   * The token has none of {@code jti}, {@code sid} and {@code sub}, so nobody could ever revoke it.
   * Never accepted, whatever was chosen for outages. Keycloak issues no such access tokens.
   */
  record Unidentified() implements Verdict {
    @Override
    public boolean isAccepted() {
      return false;
    }
  }

  /** What was revoked. */
  enum Scope {
    /** This token. */
    TOKEN,
    /** All that was issued in its session up to some second. */
    SESSION,
    /** All that its user had at some second. */
    USER
  }
}
