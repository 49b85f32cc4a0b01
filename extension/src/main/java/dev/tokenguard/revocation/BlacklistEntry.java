package dev.tokenguard.revocation;

/** What is revoked, and until when that matters. */
public sealed interface BlacklistEntry {

  /** When no token that this entry covers can be valid any more, seconds since the epoch. */
  long expiresAt();

  /**
   * How long the entry lives at least from when it is added, seconds by the clock of the list: the
   * clock that {@link #expiresAt()} was read from may be behind it.
   */
  default long minTtl() {
    return 0;
  }

  /**
   * One access token.
   *
   * @param id its {@code jti}
   */
  record OfAccessToken(String id, Reason reason, long expiresAt) implements BlacklistEntry {}

  /**
   * The access tokens of a session that were issued until a second.
   *
   * @param id the claim {@code sid}
   * @param cutoff those with an {@code iat} up to and including this second are revoked
   */
  record OfSession(String id, long cutoff, Reason reason, long expiresAt, long minTtl)
      implements BlacklistEntry {

    public OfSession(String id, long cutoff, Reason reason, long expiresAt) {
      this(id, cutoff, reason, expiresAt, 0);
    }
  }

  /**
   * All older access tokens of a user.
   *
   * @param userId the user's id in Keycloak
   * @param issuedBefore those with an {@code iat} before this second are revoked
   */
  record OfUser(String userId, long issuedBefore, long expiresAt, long minTtl)
      implements BlacklistEntry {

    public OfUser(String userId, long issuedBefore, long expiresAt) {
      this(userId, issuedBefore, expiresAt, 0);
    }
  }
}
