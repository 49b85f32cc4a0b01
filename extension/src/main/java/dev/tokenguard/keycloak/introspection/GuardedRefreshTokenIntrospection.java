package dev.tokenguard.keycloak.introspection;

import org.keycloak.events.Details;
import org.keycloak.events.Errors;
import org.keycloak.models.KeycloakSession;
import org.keycloak.protocol.oidc.RefreshTokenIntrospectionProvider;

/** Keycloak's introspection of a refresh token, plus a look-up of its family. */
final class GuardedRefreshTokenIntrospection extends RefreshTokenIntrospectionProvider {

  GuardedRefreshTokenIntrospection(KeycloakSession session) {
    super(session);
  }

  @Override
  protected boolean verifyTokenReuse() {
    if (!super.verifyTokenReuse()) {
      return false;
    }
    // From 26.6 on, Keycloak admits only the client of the token, which it checks afterwards.
    if (new RefreshTokenLookup(session).isActive(token, userSession, client)) {
      return true;
    }
    eventBuilder.detail(Details.REASON, RefreshTokenLookup.INACTIVE);
    eventBuilder.error(Errors.INVALID_TOKEN);
    return false;
  }
}
