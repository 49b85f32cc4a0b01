package dev.tokenguard.blacklist;

/** What is dead, and until when that matters. */
public sealed interface BlacklistEntry {

  /** When no token can be alive that this entry kills, seconds since the epoch. */
  long expiresAt();

  /**
   * How long the entry lives at least from when it is added, seconds by the clock of the list: the
   * clock that {@link #expiresAt()} was read from may be behind it.
   */
  default long leastLife() {
    return 0;
  }

  /**
   * One access token.
   *
   * @param id its {@code jti}
   */
  record OfAccessToken(String id, Reason reason, long expiresAt) implements BlacklistEntry {}

  /**
   * All access tokens of a session.
   *
   * @param id the claim {@code sid}
   */
  record OfSession(String id, Reason reason, long expiresAt, long leastLife)
      implements BlacklistEntry {

    public OfSession(String id, Reason reason, long expiresAt) {
      this(id, reason, expiresAt, 0);
    }
  }

  /**
   * All older access tokens of a user.
   *
   * @param userId the user's id in Keycloak
   * @param issuedBefore those with an {@code iat} before this second are dead
   */
  record OfUser(String userId, long issuedBefore, long expiresAt, long leastLife)
      implements BlacklistEntry {

    public OfUser(String userId, long issuedBefore, long expiresAt) {
      this(userId, issuedBefore, expiresAt, 0);
    }
  }
}
