package dev.tokenguard.rotation;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

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

  /** Keycloak's prefix, and a UUID of version 8 (RFC 9562, section 5.8) over SHA-256. */
  private static final Pattern DERIVED =
      Pattern.compile(
          "(?:[^:]*:)?([0-9a-f]{8})-([0-9a-f]{4})-(8[0-9a-f]{3})-[89ab][0-9a-f]{3}-[0-9a-f]{12}");

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
   * bits are the {@linkplain #tag() tag} of the family.
   *
   * @param replay 0 for the access token of the rotation, otherwise the number of the replay in the
   *     whole family, from which the id is then derived instead of the generation
   */
  public String accessTokenId(long replay) {
    String name = replay == 0 ? "access\n" + generation : "replay\n" + replay;
    return new UUID(withVersion(bits("family\n" + family)), withVariant(bits(name + "\n" + family)))
        .toString();
  }

  /**
   * The first 64 bits of the ids of all access tokens of the family and of the tokens exchanged for
   * them (RFC 8693), as 16 hexadecimal digits. So the id of an access token leads to the registry
   * of its family.
   */
  public String tag() {
    return String.format("%016x", withVersion(bits("family\n" + family)));
  }

  /** The tag in the id of an access token; empty if the id is not derived. */
  public static Optional<String> tagOf(String jti) {
    Matcher id = DERIVED.matcher(jti);
    return id.matches() ? Optional.of(id.group(1) + id.group(2) + id.group(3)) : Optional.empty();
  }

  /**
   * The {@code jti} of an access token that was exchanged for one with this tag.
   *
   * @param prefix the prefix that Keycloak puts before the id, without the colon
   * @param ordinal the result of {@link FamilyStore#recordExchange}
   */
  public static String exchangedTokenId(String tag, String prefix, long ordinal) {
    long low = bits("exchange\n" + tag + "\n" + prefix + "\n" + ordinal);
    return prefix + ":" + new UUID(Long.parseUnsignedLong(tag, 16), withVariant(low));
  }

  private String derivedId(String kind) {
    ByteBuffer digest = digest(kind + "\n" + generation + "\n" + family);
    return new UUID(withVersion(digest.getLong()), withVariant(digest.getLong())).toString();
  }

  private static long bits(String name) {
    return digest(name).getLong();
  }

  private static ByteBuffer digest(String name) {
    try {
      return ByteBuffer.wrap(
          MessageDigest.getInstance("SHA-256").digest(name.getBytes(StandardCharsets.UTF_8)));
    } catch (NoSuchAlgorithmException impossible) {
      throw new IllegalStateException("SHA-256 is required of every Java platform", impossible);
    }
  }

  private static long withVersion(long high) {
    return high & 0xFFFF_FFFF_FFFF_0FFFL | 0x8000L;
  }

  private static long withVariant(long low) {
    return low & 0x3FFF_FFFF_FFFF_FFFFL | 0x8000_0000_0000_0000L;
  }
}
