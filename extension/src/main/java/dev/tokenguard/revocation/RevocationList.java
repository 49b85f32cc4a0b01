package dev.tokenguard.revocation;

import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * What resource servers and Keycloak look up: access tokens, sessions and users that are revoked.
 * Entries expire by themselves.
 *
 * <p>All methods throw {@link dev.tokenguard.rotation.StoreUnavailableException} when the store
 * cannot be asked or does not answer in time; an entry may then have been added or not.
 */
public interface RevocationList {

  /**
   * Adds an entry in one atomic step. An existing entry is never weakened: it keeps the later
   * second with its reason, and the longer life.
   *
   * @return whether there was none before. Of all that add the same at once, exactly one gets true
   */
  boolean add(Entry entry);

  /** Adds many, in one round trip; each is one atomic step. */
  void addAll(List<Entry> entries);

  /** Why an access token is revoked, by its {@code jti}; empty when it is not. One command. */
  Optional<String> reasonFor(String accessTokenId);

  /** The entry that covers this token, in one round trip. */
  Optional<Hit> find(TokenIdentity token);

  /**
   * Takes a later second for the latest in which an access token of a realm expires; an earlier one
   * changes nothing. One atomic step. All nodes share it, and it outlives a restart and a change of
   * the realm's settings. It is kept until that second.
   *
   * @param expiresAt seconds since the epoch
   * @return the latest second, seconds since the epoch
   */
  long raiseLatestExpiry(String realmId, long expiresAt);

  /** Seconds since the epoch; 0 when none is known. */
  long latestExpiry(String realmId);

  /**
   * What is revoked, and until when that matters.
   *
   * @param scope an access token, a session or a user
   * @param id the {@code jti}, the {@code sid} or the user's id in Keycloak
   * @param cutoff of a session, access tokens with an {@code iat} up to and including this second
   *     are revoked; of a user, those with an {@code iat} before it; 0 for an access token
   * @param reason a {@link Reason#word}; empty for a user
   * @param expiresAt when no token that the entry covers can be valid any more, seconds since the
   *     epoch
   * @param minTtl how long the entry lives at least from when it is added, seconds by the clock of
   *     the list: the clock that {@code expiresAt} was read from may be behind it
   */
  record Entry(
      RevocationScope scope, String id, long cutoff, String reason, long expiresAt, long minTtl) {

    private static final Set<RevocationScope> SCOPES =
        EnumSet.of(RevocationScope.ACCESS_TOKEN, RevocationScope.SESSION, RevocationScope.USER);

    private static final String KIND = "ENTRY";
    private static final int PARTS = 6;

    public Entry {
      if (!SCOPES.contains(scope)) {
        throw new IllegalArgumentException(scope + " has no entry");
      }
    }

    public static Entry ofAccessToken(String id, Reason reason, long expiresAt) {
      return new Entry(RevocationScope.ACCESS_TOKEN, id, 0, reason.word(), expiresAt, 0);
    }

    public static Entry ofSession(String id, long cutoff, Reason reason, long expiresAt) {
      return new Entry(RevocationScope.SESSION, id, cutoff, reason.word(), expiresAt, 0);
    }

    public static Entry ofUser(String userId, long issuedBefore, long expiresAt) {
      return new Entry(RevocationScope.USER, userId, issuedBefore, "", expiresAt, 0);
    }

    public Entry withMinTtl(long seconds) {
      return new Entry(scope, id, cutoff, reason, expiresAt, seconds);
    }

    /** Whether it concerns what was issued until a second, and not one token. */
    public boolean hasCutoff() {
      return scope != RevocationScope.ACCESS_TOKEN;
    }

    /**
     * The text by which it is persisted beside Keycloak's revoked tokens until it expires, and from
     * there is added again after a data loss. That of an access token is its id.
     */
    public String text() {
      return hasCutoff()
          ? PersistedRevocationCodec.text(
              KIND, scope.name(), id, Long.toString(cutoff), reason, Long.toString(expiresAt))
          : id;
    }

    /** Reads a {@link #text} that has a cut-off; empty when it is something else. */
    public static Optional<Entry> of(String text) {
      return PersistedRevocationCodec.read(
          text,
          PARTS,
          parts -> {
            Entry entry =
                new Entry(
                    RevocationScope.valueOf(parts.get(1)),
                    parts.get(2),
                    Long.parseLong(parts.get(3)),
                    parts.get(4),
                    Long.parseLong(parts.get(5)),
                    0);
            return Optional.of(entry).filter(it -> it.hasCutoff() && parts.get(0).equals(KIND));
          });
    }
  }

  /**
   * What a token says of itself. An empty text stands for a claim that it lacks.
   *
   * @param id the {@code jti} of an access token
   * @param sessionId the claim {@code sid}
   * @param userId the user's id in Keycloak
   * @param issuedAt seconds since the epoch
   */
  record TokenIdentity(String id, String sessionId, String userId, long issuedAt) {}

  /**
   * An entry that covers a token.
   *
   * @param scope what is revoked: the access token, its session or its user
   * @param reason as it was written; empty for a user
   */
  record Hit(RevocationScope scope, String reason) {}
}
