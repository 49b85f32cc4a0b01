package dev.tokenguard.rotation;

import java.nio.ByteBuffer;
import java.util.UUID;

/**
 * The position of a token in its lineage.
 *
 * <p>Ids are derived from the position, not random. So a replay within the grace period signs the
 * same successor byte for byte, and the ids of all access tokens of a family are known without a
 * list.
 *
 * @param family the {@code jti} of the family's first refresh token
 * @param generation 0 for the token of the login, one more for each rotation
 */
public record TokenPosition(String family, long generation) {

  /** The largest generation: numbers in Lua are exact up to 2^53. */
  public static final long MAX_GENERATION = (1L << 53) - 2;

  public TokenPosition {
    if (family.isEmpty()) {
      throw new IllegalArgumentException("a family has an id");
    }
    if (generation < 0 || generation > MAX_GENERATION) {
      throw new IllegalArgumentException("generation: 0 to " + MAX_GENERATION);
    }
  }

  public TokenPosition at(long otherGeneration) {
    return new TokenPosition(family, otherGeneration);
  }

  /** The {@code jti} of the refresh token at this position. */
  public String refreshTokenId() {
    return generation == 0 ? family : derivedId("refresh");
  }

  /**
   * The {@code jti} of an access token at this position, without Keycloak's prefix. Its first 64
   * bits are the {@linkplain AccessTokenTag tag} of the family.
   *
   * @param replay 0 for the access token of the rotation, otherwise the number of the replay in the
   *     whole family, from which the id is then derived instead of the generation
   */
  public String accessTokenId(long replay) {
    String name = replay == 0 ? "access\n" + generation : "replay\n" + replay;
    return new UUID(
            DerivedBits.withVersion(DerivedBits.of("family\n" + family)),
            DerivedBits.withVariant(DerivedBits.of(name + "\n" + family)))
        .toString();
  }

  /** The {@linkplain AccessTokenTag tag} of the family: 16 hexadecimal digits. */
  public String tag() {
    return String.format("%016x", DerivedBits.withVersion(DerivedBits.of("family\n" + family)));
  }

  private String derivedId(String kind) {
    ByteBuffer bits = DerivedBits.digest(kind + "\n" + generation + "\n" + family);
    return new UUID(
            DerivedBits.withVersion(bits.getLong()), DerivedBits.withVariant(bits.getLong()))
        .toString();
  }
}
