package dev.tokenguard.gateway.token;

import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The headers with claims that the API gets, so that it need not parse the token.
 *
 * @param claims the name of the claim by the name of its header
 */
public record UpstreamHeaders(Map<String, String> claims) {

  /** All of them. A gateway removes them from the request of the client. */
  Set<String> names() {
    return claims.keySet();
  }

  /** A header for each claim that the token has. */
  Map<String, String> of(Map<String, Object> token) {
    Map<String, String> headers = new LinkedHashMap<>();
    claims.forEach(
        (header, claim) -> {
          String value = encoded(text(token.get(claim)));
          if (!value.isEmpty()) {
            headers.put(header, value);
          }
        });
    return headers;
  }

  private static String text(@Nullable Object claim) {
    if (claim instanceof List<?> list) {
      return list.stream().map(UpstreamHeaders::text).collect(Collectors.joining(" "));
    }
    return claim instanceof String || claim instanceof Number || claim instanceof Boolean
        ? claim.toString()
        : "";
  }

  /**
   * The value with all but visible ASCII and inner spaces percent-encoded, and the percent sign as
   * well: a line break would begin another header (RFC 9110, section 5.5).
   */
  private static String encoded(String text) {
    StringBuilder encoded = new StringBuilder(text.length());
    for (byte each : text.getBytes(StandardCharsets.UTF_8)) {
      if (each >= ' ' && each <= '~' && each != '%') {
        encoded.append((char) each);
      } else {
        encoded.append('%').append(String.format("%02X", each));
      }
    }
    return encoded.toString().strip();
  }
}
