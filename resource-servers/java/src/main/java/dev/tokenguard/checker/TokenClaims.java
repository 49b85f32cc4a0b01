package dev.tokenguard.checker;

import java.time.Instant;
import java.util.Date;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * The claims of an access token for the check (RFC 7519, section 4.1). Each can be missing: {@code
 * sub} comes from a client scope that a client may not have, and a token without a session has no
 * {@code sid}.
 *
 * @param issuedAt {@code iat} in seconds since the epoch
 * @param expiresAt {@code exp} in seconds since the epoch. Not checked here: a cache keeps a
 *     revoked verdict until then
 */
public record TokenClaims(
    Optional<String> tokenId,
    Optional<String> sessionId,
    Optional<String> subject,
    OptionalLong issuedAt,
    OptionalLong expiresAt) {

  /**
   * Reads the claims from the payload of a token, in the form of JWT libraries. An empty claim, or
   * one of another type, is the same as a missing one.
   *
   * @param claims the claims by their names; {@code iat} and {@code exp} as a number of seconds, an
   *     {@link Instant} or a {@link Date}
   */
  public static TokenClaims of(Map<String, ?> claims) {
    return new TokenClaims(
        text(claims, "jti"),
        text(claims, "sid"),
        text(claims, "sub"),
        second(claims, "iat"),
        second(claims, "exp"));
  }

  private static Optional<String> text(Map<String, ?> claims, String name) {
    return claims.get(name) instanceof String text && !text.isEmpty()
        ? Optional.of(text)
        : Optional.empty();
  }

  /** Fractions are cut, which does not change the comparison of {@code iat} with a whole second. */
  private static OptionalLong second(Map<String, ?> claims, String name) {
    Object claim = claims.get(name);
    if (claim instanceof Number number) {
      return OptionalLong.of(number.longValue());
    }
    if (claim instanceof Instant instant) {
      return OptionalLong.of(instant.getEpochSecond());
    }
    if (claim instanceof Date date) {
      return OptionalLong.of(date.toInstant().getEpochSecond());
    }
    return OptionalLong.empty();
  }
}
