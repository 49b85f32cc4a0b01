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
 * Where a request came from, as two fingerprints of 36 bits each.
 *
 * <p>They are compared for equality only and kept short because every family stores them. They hide
 * nothing: who reads Redis can try all addresses. A thief who knows the user agent simply sends it.
 *
 * @param userAgent fingerprint of the {@code User-Agent} header
 * @param ip fingerprint of the address that Keycloak sees, behind trusted proxies the client's
 */
public record RequestContext(String userAgent, String ip) {

  private static final Pattern CLAIM = Pattern.compile("([A-Za-z0-9_-]{6})\\.([A-Za-z0-9_-]{6})");
  private static final int BYTES_OF_36_BITS = 5;
  private static final int CHARACTERS = 6;

  /** A header that was not sent counts as empty. */
  public static RequestContext of(String userAgentHeader, String ipAddress) {
    return new RequestContext(
        fingerprint(userAgentHeader == null ? "" : userAgentHeader),
        fingerprint(ipAddress == null ? "" : ipAddress));
  }

  /** Reads what {@link #toClaim()} wrote; empty for anything else. */
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

  private static String fingerprint(String trait) {
    try {
      byte[] digest =
          MessageDigest.getInstance("SHA-256").digest(trait.getBytes(StandardCharsets.UTF_8));
      byte[] head = Arrays.copyOf(digest, BYTES_OF_36_BITS);
      return Base64.getUrlEncoder().withoutPadding().encodeToString(head).substring(0, CHARACTERS);
    } catch (NoSuchAlgorithmException impossible) {
      throw new IllegalStateException("every Java platform has SHA-256", impossible);
    }
  }
}
