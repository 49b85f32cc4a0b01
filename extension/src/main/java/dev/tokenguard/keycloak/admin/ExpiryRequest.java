package dev.tokenguard.keycloak.admin;

import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** How long an access token stays on the blacklist, as an administrator asks for it. */
final class ExpiryRequest {

  /** Longer than tokens live, and short enough to notice milliseconds given for seconds. */
  static final long MAX_SECONDS = 10L * 365 * 24 * 3600;

  static final String EXPIRES_AT = "expiresAt";
  static final String LIFESPAN = "lifespan";

  private ExpiryRequest() {}

  /**
   * @param body {@code expiresAt} in seconds since the epoch, the {@code exp} of the token; or a
   *     {@code lifespan} in seconds from now
   * @param now seconds since the epoch
   * @return seconds since the epoch
   * @throws IllegalArgumentException with a message for the administrator
   */
  static long expiryIn(Map<String, ?> body, long now) {
    Set<String> unknown = new TreeSet<>(body.keySet());
    unknown.removeAll(Set.of(EXPIRES_AT, LIFESPAN));
    if (!unknown.isEmpty()) {
      throw new IllegalArgumentException("unknown: " + String.join(", ", unknown));
    }
    if (body.size() != 1) {
      throw new IllegalArgumentException(
          "give " + EXPIRES_AT + " or " + LIFESPAN + ", in seconds, and not both");
    }
    return body.containsKey(LIFESPAN)
        ? now + seconds(body, LIFESPAN, 1, MAX_SECONDS)
        : seconds(body, EXPIRES_AT, now + 1, now + MAX_SECONDS);
  }

  private static long seconds(Map<String, ?> body, String name, long min, long max) {
    if (body.get(name) instanceof Number number
        && number.doubleValue() == number.longValue()
        && number.longValue() >= min
        && number.longValue() <= max) {
      return number.longValue();
    }
    throw new IllegalArgumentException(name + ": " + min + " to " + max + " seconds");
  }
}
