package dev.tokenguard.rotation;

import java.nio.ByteBuffer;
import java.util.UUID;

/**
 * The place of a token in its lineage.
 *
 * <p>Ids are derived from the place, not drawn. So the same refresh in grace signs the same child
 * byte for byte, and every access token of a family can be named without having been listed.
 *
 * @param family the {@code jti} of the family's first refresh token
 * @param generation 0 for the token of the login, one more for each rotation; below 2^53, the
 *     largest count that Redis' Lua keeps exact
 */
public record TokenPosition(String family, long generation) {

  /** The largest generation; beyond it a number is no longer exact in Lua. */
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

  /** The {@code jti} of the refresh token at this place. */
  public String refreshTokenId() {
    return generation == 0 ? family : derivedId("refresh");
  }

  /**
   * The {@code jti} of an access token of this place, without the prefix that Keycloak sets. Its
   * first 64 bits are the {@linkplain AccessTokenTag tag} of the family.
   *
   * @param replay 0 for the access token of the rotation; else the number of a replay, which is
   *     counted through the whole family and names the token without the generation
   */
  public String accessTokenId(long replay) {
    String name = replay == 0 ? "access\n" + generation : "replay\n" + replay;
    return new UUID(
            DerivedBits.withVersion(DerivedBits.of("family\n" + family)),
            DerivedBits.withVariant(DerivedBits.of(name + "\n" + family)))
        .toString();
  }

  /** By what an access token tells its family: 16 hexadecimal digits. */
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
