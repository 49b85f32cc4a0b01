package dev.tokenguard.keycloak.tokens;

import dev.tokenguard.rotation.AccessTokenTag;
import dev.tokenguard.rotation.TokenPosition;
import org.keycloak.representations.AccessToken;

/**
 * The {@code jti} of an access token: six letters that tell Keycloak the kind of session, token and
 * grant, a colon, and an id that nothing depends on. The id is replaced by a derived one.
 */
public final class AccessTokenId {

  private static final char SEPARATOR = ':';

  private AccessTokenId() {}

  /** Empty when there is none, as in tokens of older releases. */
  public static String prefixOf(AccessToken token) {
    int separator = token.getId().indexOf(SEPARATOR);
    return separator < 0 ? "" : token.getId().substring(0, separator);
  }

  static void set(AccessToken token, TokenPosition place, long replay) {
    String prefix = prefixOf(token);
    if (!prefix.isEmpty()) {
      token.id(prefix + SEPARATOR + place.accessTokenId(replay));
    }
  }

  /**
   * Derives the id from a tag and a number that the store counts.
   *
   * @see dev.tokenguard.rotation.FamilyStore#recordExchange
   */
  public static void exchange(AccessToken token, String tag, long ordinal) {
    token.id(AccessTokenTag.exchangedId(tag, prefixOf(token), ordinal));
  }
}
