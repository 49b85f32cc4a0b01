package dev.tokenguard.rotation;

import java.util.List;
import java.util.stream.LongStream;

/**
 * The access tokens of a range of generations of one family, named by derivation.
 *
 * <p>Keycloak puts a prefix of six letters and a colon before the id of an access token. It tells
 * the grant, so the login's differs from that of the refreshes.
 *
 * @param family the family's id
 * @param first the oldest generation whose access token may be unexpired
 * @param last the newest generation; below {@code first} when there is none
 * @param expiresAt when the last of them has expired, seconds since the epoch
 * @param loginPrefix prefix of generation 0's id; empty when that token was issued before this
 *     client had a policy, so that its id is unknown
 * @param refreshPrefix prefix of all later generations' ids
 */
public record AccessTokens(
    String family,
    long first,
    long last,
    long expiresAt,
    String loginPrefix,
    String refreshPrefix) {

  /** The {@code jti} of each, oldest first. */
  public List<String> ids() {
    return LongStream.rangeClosed(first, last)
        .mapToObj(generation -> new Place(family, generation))
        .filter(place -> !prefix(place).isEmpty())
        .map(place -> prefix(place) + ":" + place.accessTokenId())
        .toList();
  }

  private String prefix(Place place) {
    return place.generation() == 0 ? loginPrefix : refreshPrefix;
  }
}
