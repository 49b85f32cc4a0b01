package dev.tokenguard.keycloak.revocation;

import dev.tokenguard.rotation.AccessTokens;
import org.keycloak.common.util.Time;
import org.keycloak.models.KeycloakSession;

/**
 * Keycloak's list of revoked access tokens. It is asked at introspection and userinfo, by the admin
 * and account REST and for the subject of a token exchange.
 */
public final class RevokedAccessTokens {

  private final KeycloakSession session;

  public RevokedAccessTokens(KeycloakSession session) {
    this.session = session;
  }

  /** Lists them until the last one has expired; those already expired are left out. */
  public void add(AccessTokens tokens) {
    long lifespan = tokens.expiresAt() - Time.currentTime() + 1;
    if (lifespan > 0) {
      tokens.ids().forEach(id -> session.revokedTokens().put(id, lifespan));
    }
  }
}
