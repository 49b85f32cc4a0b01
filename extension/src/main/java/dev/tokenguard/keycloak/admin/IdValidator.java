package dev.tokenguard.keycloak.admin;

import java.util.regex.Pattern;

/** The ids of tokens, sessions and families in a path. */
final class IdValidator {

  /**
   * A UUID or the like, in an access token behind a prefix. No more than one colon: what waits for
   * Redis is kept in Keycloak's list under texts with several, and nobody may put such a text there
   * by hand.
   */
  private static final Pattern ACCEPTED =
      Pattern.compile("[A-Za-z0-9._~-]{1,64}(:[A-Za-z0-9._~-]{1,128})?");

  private IdValidator() {}

  static String checked(String name, String given) {
    if (ACCEPTED.matcher(given).matches()) {
      return given;
    }
    throw Problem.badRequest(
        name
            + ": letters, digits and ._~-, with a prefix of at most 64 of them and a colon or not");
  }
}
