package dev.tokenguard.keycloak.refresh;

import dev.tokenguard.keycloak.connection.RedisConnection;
import dev.tokenguard.rotation.FamilyStore;
import dev.tokenguard.rotation.StoreUnavailableException;
import dev.tokenguard.rotation.TokenPosition;
import java.util.Optional;
import org.keycloak.models.KeycloakSession;
import org.keycloak.representations.AccessToken;

/**
 * Registers an access token outside of the generations of its family, so that it is revoked with
 * the family: one that was exchanged for another one, or that a refresh without a policy has
 * issued.
 */
final class RegisteredAccessToken {

  private static final String ATTRIBUTE = RegisteredAccessToken.class.getName();

  private final KeycloakSession session;

  RegisteredAccessToken(KeycloakSession session) {
    this.session = session;
  }

  /**
   * Replaces the random part of the token's id by a derived one. While Redis is unavailable, the
   * token stays unregistered: it is revoked with its session only.
   *
   * @param userId the user of the family
   */
  void register(String userId, String tag, AccessToken token) {
    Optional<FamilyStore> store = RedisConnection.familiesOf(session);
    String prefix = LineageClaims.accessTokenPrefix(token);
    if (store.isEmpty() || prefix.isEmpty() || token.getId().equals(registered())) {
      return;
    }
    try {
      long ordinal = store.get().recordExchange(userId, tag, prefix, token.getExp());
      token.id(TokenPosition.exchangedTokenId(tag, prefix, ordinal));
      session.setAttribute(ATTRIBUTE, token.getId());
    } catch (StoreUnavailableException unavailable) {
      // The connection has counted and logged it.
    }
  }

  /**
   * The tag of access tokens that the hybrid flow issues with the code (OpenID Connect Core 1.0,
   * section 3.3). Their family does not exist yet, so they are registered for the client session,
   * and revoked with each family of it.
   *
   * @param clientId the internal id of the client
   */
  static String frontChannelTag(String sessionId, String clientId) {
    return new TokenPosition("front-channel\n" + sessionId + "\n" + clientId, 0).tag();
  }

  /** The last registered id, because Keycloak may build a response twice. */
  private String registered() {
    return session.getAttribute(ATTRIBUTE, String.class);
  }
}
