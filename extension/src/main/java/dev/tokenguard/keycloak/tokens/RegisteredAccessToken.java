package dev.tokenguard.keycloak.tokens;

import dev.tokenguard.keycloak.connection.RedisConnection;
import dev.tokenguard.rotation.FamilyStore;
import dev.tokenguard.rotation.StoreUnavailableException;
import java.util.Optional;
import org.keycloak.models.KeycloakSession;
import org.keycloak.representations.AccessToken;

/**
 * Registers an access token that belongs to no generation of a family, so that it can be named when
 * the family is revoked: what was exchanged for one of its access tokens, what a refresh without a
 * policy issued.
 */
public final class RegisteredAccessToken {

  private static final String ATTRIBUTE = RegisteredAccessToken.class.getName();

  private final KeycloakSession session;

  public RegisteredAccessToken(KeycloakSession session) {
    this.session = session;
  }

  /**
   * Replaces the random part of the token's id by a derived one. Without Redis the token stays as
   * it is: it is refused with its session, and expires.
   *
   * @param userId whose family it is
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
      // Counted where it was thrown.
    }
  }

  /** Keycloak may build a response twice. */
  private String registered() {
    return session.getAttribute(ATTRIBUTE, String.class);
  }
}
