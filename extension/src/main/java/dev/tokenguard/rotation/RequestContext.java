package dev.tokenguard.rotation;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Base64;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The context of a request: user agent and IP address, as a hash of 36 bits each.
 *
 * <p>The hashes are short, because every family stores them, and are compared for equality only.
 * They are no protection: a reader of Redis can try all addresses, and an attacker can send any
 * {@code User-Agent} header.
 *
 * @param userAgent hash of the {@code User-Agent} header
 * @param ip hash of the client's address as Keycloak sees it, see its option {@code proxy-headers}
 */
public record RequestContext(String userAgent, String ip) {

  private static final Pattern CLAIM = Pattern.compile("([A-Za-z0-9_-]{6})\\.([A-Za-z0-9_-]{6})");
  private static final int BYTES_OF_36_BITS = 5;
  private static final int CHARACTERS = 6;

  /** A missing header (null) is the same as an empty one. */
  public static RequestContext of(String userAgentHeader, String ipAddress) {
    return new RequestContext(
        hash(userAgentHeader == null ? "" : userAgentHeader),
        hash(ipAddress == null ? "" : ipAddress));
  }

  /** Reads the claim that {@link #toClaim()} has written; empty for any other value. */
  public static Optional<RequestContext> fromClaim(Object claim) {
    if (!(claim instanceof String text)) {
      return Optional.empty();
    }
    Matcher parts = CLAIM.matcher(text);
    return parts.matches()
        ? Optional.of(new RequestContext(parts.group(1), parts.group(2)))
        : Optional.empty();
  }

  public String toClaim() {
    return userAgent + "." + ip;
  }

  private static String hash(String property) {
    try {
      byte[] digest =
          MessageDigest.getInstance("SHA-256").digest(property.getBytes(StandardCharsets.UTF_8));
      byte[] head = Arrays.copyOf(digest, BYTES_OF_36_BITS);
      return Base64.getUrlEncoder().withoutPadding().encodeToString(head).substring(0, CHARACTERS);
    } catch (NoSuchAlgorithmException impossible) {
      throw new IllegalStateException("SHA-256 is required of every Java platform", impossible);
    }
  }
}
