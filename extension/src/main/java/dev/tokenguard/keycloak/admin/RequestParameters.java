package dev.tokenguard.keycloak.admin;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.keycloak.models.Constants;

/**
 * Checks the parameters of a request in path, query and body. Each check throws {@link
 * IllegalArgumentException} with a message for the administrator.
 */
final class RequestParameters {

  /** Ten years: longer than any token, and shorter than a time in milliseconds read as seconds. */
  static final long MAX_SECONDS = 10L * 365 * 24 * 3600;

  private static final String EXPIRES_AT = "expiresAt";
  private static final String LIFESPAN = "lifespan";

  /**
   * A UUID or the like; the id of an access token has a prefix. At most one colon: pending
   * revocations are stored in Keycloak's list under keys with several, and no request may write
   * such a key.
   */
  private static final Pattern ID =
      Pattern.compile("[A-Za-z0-9._~-]{1,64}(:[A-Za-z0-9._~-]{1,128})?");

  private RequestParameters() {}

  /** The id of a token, a session or a family from a path. */
  static String id(String name, String given) {
    if (ID.matcher(given).matches()) {
      return given;
    }
    throw new IllegalArgumentException(
        name
            + ": 1 to 64 letters, digits or ._~-, and after a colon 1 to 128 more of them or"
            + " nothing");
  }

  /**
   * When an entry of the blacklist expires.
   *
   * @param body either {@code expiresAt}, the {@code exp} of the token in seconds since the epoch,
   *     or {@code lifespan} in seconds from now
   * @param now seconds since the epoch
   * @return seconds since the epoch
   */
  static long expiry(Map<String, ?> body, long now) {
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

  /**
   * A part of a list, as in Keycloak's admin REST API.
   *
   * @param first the number of elements before it
   * @param max the largest number of elements in it
   */
  record Page(int first, int max) {

    /** A parameter that is missing (null) or negative has its default: 0 and 100. */
    static Page of(Integer first, Integer max) {
      return new Page(
          first == null || first < 0 ? 0 : first,
          max == null || max < 0 ? Constants.DEFAULT_MAX_RESULTS : max);
    }

    <T> List<T> in(List<T> all) {
      return all.stream().skip(first).limit(max).toList();
    }
  }
}
