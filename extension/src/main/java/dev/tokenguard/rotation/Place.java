package dev.tokenguard.rotation;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
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
public record Place(String family, long generation) {

  /** The largest generation; beyond it a number is no longer exact in Lua. */
  public static final long MAX_GENERATION = (1L << 53) - 2;

  public Place {
    if (family.isEmpty()) {
      throw new IllegalArgumentException("a family has an id");
    }
    if (generation < 0 || generation > MAX_GENERATION) {
      throw new IllegalArgumentException("generation: 0 to " + MAX_GENERATION);
    }
  }

  public Place at(long otherGeneration) {
    return new Place(family, otherGeneration);
  }

  /** The {@code jti} of the refresh token at this place. */
  public String refreshTokenId() {
    return generation == 0 ? family : derivedId("refresh");
  }

  /** The {@code jti} of the access token at this place, without the prefix that Keycloak sets. */
  public String accessTokenId() {
    return derivedId("access");
  }

  /** A name-based UUID of version 8 (RFC 9562, section 5.8) over SHA-256. */
  private String derivedId(String kind) {
    byte[] digest =
        sha256()
            .digest((kind + "\n" + generation + "\n" + family).getBytes(StandardCharsets.UTF_8));
    ByteBuffer bits = ByteBuffer.wrap(digest);
    long high = bits.getLong() & 0xFFFF_FFFF_FFFF_0FFFL | 0x8000L;
    long low = bits.getLong() & 0x3FFF_FFFF_FFFF_FFFFL | 0x8000_0000_0000_0000L;
    return new UUID(high, low).toString();
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException impossible) {
      throw new IllegalStateException("every Java platform has SHA-256", impossible);
    }
  }
}
