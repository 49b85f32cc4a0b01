package dev.tokenguard.rotation;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.LongStream;
import java.util.stream.Stream;

/**
 * A family as the store records it.
 *
 * @param id the {@code jti} of its first refresh token
 * @param sessionId the user session. Empty if the family was revoked before its first refresh
 *     without a record of the login; client and time are then empty, too
 * @param clientId the internal id of the client
 * @param isOffline whether its tokens are offline tokens
 * @param generation the newest generation
 * @param created the time of the record in seconds: the login, or the first refresh without one
 * @param refreshed the time at which the newest token was issued
 * @param isRevoked whether the family, its session, its client or its user is marked as revoked
 * @param accessTokens the access tokens that may be unexpired
 * @param parentTag the tag of the access token for which the family was issued by token exchange
 */
public record TokenFamily(
    String id,
    Optional<String> sessionId,
    Optional<String> clientId,
    boolean isOffline,
    long generation,
    Optional<Instant> created,
    Instant refreshed,
    boolean isRevoked,
    AccessTokens accessTokens,
    Optional<String> parentTag) {

  /**
   * Access tokens of one family, whose ids are derived: one for each generation of a range, and one
   * for each replay of a range.
   *
   * <p>Keycloak puts six letters and a colon before the id of an access token. They encode the
   * grant, so the prefix of the login differs from that of the refreshes.
   *
   * @param family the family's id
   * @param first the oldest generation whose access token may be unexpired
   * @param last the newest generation; less than {@code first} if there is none
   * @param firstReplay the oldest replay whose access token may be unexpired
   * @param lastReplay the newest replay; less than {@code firstReplay} if there is none
   * @param expiresAt the latest expiry of these tokens, seconds since the epoch
   * @param loginPrefix prefix of the id of generation 0; empty if that token was issued before a
   *     policy applied to this client, because its id is then unknown
   * @param refreshPrefix prefix of all other ids
   */
  public record AccessTokens(
      String family,
      long first,
      long last,
      long firstReplay,
      long lastReplay,
      long expiresAt,
      String loginPrefix,
      String refreshPrefix) {

    /** Whether all access tokens of the family have expired. */
    public boolean isEmpty() {
      return last < first && lastReplay < firstReplay;
    }

    /**
     * The {@code jti} of each, generations before replays. A long family has many: read them by
     * pages.
     */
    public Stream<String> stream() {
      TokenPosition login = new TokenPosition(family, 0);
      return Stream.concat(
          LongStream.rangeClosed(first, last)
              .filter(generation -> !prefix(generation).isEmpty())
              .mapToObj(it -> prefix(it) + ":" + login.at(it).accessTokenId(0)),
          LongStream.rangeClosed(firstReplay, lastReplay)
              .filter(replay -> !refreshPrefix.isEmpty())
              .mapToObj(it -> refreshPrefix + ":" + login.accessTokenId(it)));
    }

    /** The {@code jti} of each, generations before replays. */
    public List<String> ids() {
      return stream().toList();
    }

    private String prefix(long generation) {
      return generation == 0 ? loginPrefix : refreshPrefix;
    }
  }
}
