package dev.tokenguard.keycloak.admin;

import java.util.List;
import org.keycloak.models.Constants;

/**
 * A part of a list, as in Keycloak's own: what is not given, or negative, is the default.
 *
 * @param first how many are left out
 * @param max how many there are at most
 */
record Page(int first, int max) {

  /**
   * @param first null when it is not given, and so for {@code max}
   */
  static Page of(Integer first, Integer max) {
    return new Page(
        first == null || first < 0 ? 0 : first,
        max == null || max < 0 ? Constants.DEFAULT_MAX_RESULTS : max);
  }

  <T> List<T> in(List<T> all) {
    return all.stream().skip(first).limit(max).toList();
  }
}
