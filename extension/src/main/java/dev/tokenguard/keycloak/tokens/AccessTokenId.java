package dev.tokenguard.keycloak.tokens;

import dev.tokenguard.rotation.TokenPosition;
import org.keycloak.representations.AccessToken;

/**
 * The {@code jti} of an access token: six letters for the kind of session, token and grant, a
 * colon, and a random id. Token Guard replaces the random id by a derived one; Keycloak reads the
 * letters only.
 */
public final class AccessTokenId {

  private static final char SEPARATOR = ':';

  private AccessTokenId() {}

  /** The six letters; empty for a token without them. */
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
   * Sets an id derived from a tag and a number of the store.
   *
   * @see dev.tokenguard.rotation.FamilyStore#recordExchange
   */
  public static void exchange(AccessToken token, String tag, long ordinal) {
    token.id(TokenPosition.exchangedTokenId(tag, prefixOf(token), ordinal));
  }
}
