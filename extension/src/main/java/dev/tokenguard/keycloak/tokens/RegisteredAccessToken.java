package dev.tokenguard.keycloak.tokens;

import dev.tokenguard.keycloak.connection.RedisConnection;
import dev.tokenguard.rotation.FamilyStore;
import dev.tokenguard.rotation.StoreUnavailableException;
import java.util.Optional;
import org.keycloak.models.KeycloakSession;
import org.keycloak.representations.AccessToken;

/**
 * Registers an access token outside of the generations of its family, so that it is revoked with
 * the family: one that was exchanged for another one, or that a refresh without a policy has
 * issued.
 */
public final class RegisteredAccessToken {

  private static final String ATTRIBUTE = RegisteredAccessToken.class.getName();

  private final KeycloakSession session;

  public RegisteredAccessToken(KeycloakSession session) {
    this.session = session;
  }

  /**
   * Replaces the random part of the token's id by a derived one. While Redis is unavailable, the
   * token stays unregistered: it is revoked with its session only.
   *
   * @param userId the user of the family
   */
  public void register(String userId, String tag, AccessToken token) {
    Optional<FamilyStore> store = RedisConnection.familiesOf(session);
    String prefix = AccessTokenId.prefixOf(token);
    if (store.isEmpty() || prefix.isEmpty() || token.getId().equals(registered())) {
      return;
    }
    try {
      long ordinal = store.get().recordExchange(userId, tag, prefix, token.getExp());
      AccessTokenId.exchange(token, tag, ordinal);
      session.setAttribute(ATTRIBUTE, token.getId());
    } catch (StoreUnavailableException unavailable) {
      // The connection has counted and logged it.
    }
  }

  /** The last registered id, because Keycloak may build a response twice. */
  private String registered() {
    return session.getAttribute(ATTRIBUTE, String.class);
  }
}
