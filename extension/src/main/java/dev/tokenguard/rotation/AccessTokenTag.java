package dev.tokenguard.rotation;

import java.util.Optional;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The first 64 bits of a derived access-token id, as 16 hexadecimal digits. All access tokens of a
 * family have the same tag, and so do the tokens exchanged for them (RFC 8693). So the id of an
 * access token leads to the registry of its family.
 */
public final class AccessTokenTag {

  /** Keycloak's prefix, and a UUID of version 8 (RFC 9562, section 5.8). */
  private static final Pattern DERIVED =
      Pattern.compile(
          "(?:[^:]*:)?([0-9a-f]{8})-([0-9a-f]{4})-(8[0-9a-f]{3})-[89ab][0-9a-f]{3}-[0-9a-f]{12}");

  private AccessTokenTag() {}

  /** Empty if the id was not derived by {@link TokenPosition}. */
  public static Optional<String> of(String jti) {
    Matcher id = DERIVED.matcher(jti);
    return id.matches() ? Optional.of(id.group(1) + id.group(2) + id.group(3)) : Optional.empty();
  }

  /**
   * The {@code jti} of an access token that was exchanged for one with this tag.
   *
   * @param prefix the prefix that Keycloak puts before the id, without the colon
   * @param ordinal the result of {@link FamilyStore#recordExchange}
   */
  public static String exchangedId(String tag, String prefix, long ordinal) {
    long low = DerivedBits.of("exchange\n" + tag + "\n" + prefix + "\n" + ordinal);
    return prefix + ":" + new UUID(Long.parseUnsignedLong(tag, 16), DerivedBits.withVariant(low));
  }
}
