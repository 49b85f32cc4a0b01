package dev.tokenguard.revocation;

import dev.tokenguard.revocation.Revocation.Reason;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The blacklist: revoked access tokens, sessions and users, for resource servers and Keycloak.
 * Entries expire.
 *
 * <p>All methods throw {@link dev.tokenguard.rotation.StoreUnavailableException} if the store is
 * not reachable or does not answer in time; the entry may then have been added.
 */
public interface RevocationList {

  /**
   * Adds an entry in one atomic step. An existing entry keeps its cut-off with the reason, and its
   * expiry, if these are later.
   *
   * @return whether there was no entry before; true for exactly one of several concurrent calls
   */
  boolean add(Entry entry);

  /** Adds entries in one round trip; each is one atomic step. */
  void addAll(List<Entry> entries);

  /** The reason for which an access token is revoked; empty if it is not. One command. */
  Optional<String> reasonFor(String accessTokenId);

  /** The entry that covers a token; empty without one. One round trip. */
  Optional<Hit> find(TokenIdentity token);

  /**
   * Raises the latest expiry of the access tokens of a realm; an earlier one changes nothing. One
   * atomic step. All nodes share the value, and it is kept until that second, also after a restart
   * or a change of the realm's settings.
   *
   * @param expiresAt seconds since the epoch
   * @return the latest second, seconds since the epoch
   */
  long raiseLatestExpiry(String realmId, long expiresAt);

  /** The latest expiry of a realm, seconds since the epoch; 0 if none is known. */
  long latestExpiry(String realmId);

  /**
   * An entry of the blacklist.
   *
   * @param scope an access token, a session or a user
   * @param id the {@code jti}, the {@code sid} or the id of the user in Keycloak
   * @param cutoff seconds since the epoch. Access tokens of a session with an {@code iat} up to and
   *     including it are revoked, those of a user with an {@code iat} before it; 0 for an access
   *     token
   * @param reason a {@link Reason#id}; empty for a user
   * @param expiresAt the time from which no token that the entry covers can be valid, seconds since
   *     the epoch
   * @param minTtl the shortest TTL in seconds, because the clock of the store may be ahead of that
   *     of {@code expiresAt}
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
      return new Entry(RevocationScope.ACCESS_TOKEN, id, 0, reason.id(), expiresAt, 0);
    }

    public static Entry ofSession(String id, long cutoff, Reason reason, long expiresAt) {
      return new Entry(RevocationScope.SESSION, id, cutoff, reason.id(), expiresAt, 0);
    }

    public static Entry ofUser(String userId, long issuedBefore, long expiresAt) {
      return new Entry(RevocationScope.USER, userId, issuedBefore, "", expiresAt, 0);
    }

    public Entry withMinTtl(long seconds) {
      return new Entry(scope, id, cutoff, reason, expiresAt, seconds);
    }

    /** Whether the entry revokes tokens up to a cut-off, and not a single one. */
    public boolean hasCutoff() {
      return scope != RevocationScope.ACCESS_TOKEN;
    }

    /**
     * The persisted form in Keycloak's own list, from which the entry is added again after a data
     * loss. For an access token it is the id.
     */
    public String text() {
      return hasCutoff()
          ? PersistedRevocationCodec.text(
              KIND, scope.name(), id, Long.toString(cutoff), reason, Long.toString(expiresAt))
          : id;
    }

    /** Reads the {@link #text} of an entry with a cut-off; empty for other texts. */
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
   * The claims of a token. An empty text means a missing claim.
   *
   * @param id the {@code jti} of an access token
   * @param sessionId the claim {@code sid}
   * @param userId the id of the user in Keycloak
   * @param issuedAt seconds since the epoch
   */
  record TokenIdentity(String id, String sessionId, String userId, long issuedAt) {}

  /**
   * An entry that covers a token.
   *
   * @param scope the access token, its session or its user
   * @param reason the reason of the entry; empty for a user
   */
  record Hit(RevocationScope scope, String reason) {}
}
