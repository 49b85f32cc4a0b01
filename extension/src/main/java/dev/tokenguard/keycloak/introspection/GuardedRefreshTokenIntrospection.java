package dev.tokenguard.keycloak.introspection;

import org.keycloak.events.Details;
import org.keycloak.events.Errors;
import org.keycloak.models.KeycloakSession;
import org.keycloak.protocol.oidc.RefreshTokenIntrospectionProvider;

/** Keycloak's own introspection of a refresh token, and then a look-up of its family. */
final class GuardedRefreshTokenIntrospection extends RefreshTokenIntrospectionProvider {

  GuardedRefreshTokenIntrospection(KeycloakSession session) {
    super(session);
  }

  @Override
  protected boolean verifyTokenReuse() {
    if (!super.verifyTokenReuse()) {
      return false;
    }
    // Only its own client may ask. Keycloak checks that later, and would have the answer by then.
    if (!verifyAudience() || new RefreshTokenLookup(session).isActive(token, userSession, client)) {
      return true;
    }
    eventBuilder.detail(Details.REASON, RefreshTokenLookup.INACTIVE);
    eventBuilder.error(Errors.INVALID_TOKEN);
    return false;
  }
}
