package dev.tokenguard.rotation;

import java.util.List;
import java.util.stream.LongStream;
import java.util.stream.Stream;

/**
 * Access tokens of one family, named by derivation: one for each generation of a range, and one for
 * each replay of a range.
 *
 * <p>Keycloak puts a prefix of six letters and a colon before the id of an access token. It names
 * the grant, so the login's differs from that of the refreshes.
 *
 * @param family the family's id
 * @param first the oldest generation whose access token may be unexpired
 * @param last the newest generation; below {@code first} when there is none
 * @param firstReplay the oldest replay whose access token may be unexpired
 * @param lastReplay the newest replay; below {@code firstReplay} when there is none
 * @param expiresAt when the last of them has expired, seconds since the epoch
 * @param loginPrefix prefix of generation 0's id; empty when that token was issued before this
 *     client had a policy, so that its id is unknown
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

  /** Whether none of them can be unexpired. */
  public boolean isEmpty() {
    return last < first && lastReplay < firstReplay;
  }

  /** The {@code jti} of each, generations before replays. For a long family: take it by pages. */
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
