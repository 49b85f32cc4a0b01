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
    // From 26.6 on only its own client may ask, which Keycloak checks later; before that, any may.
    if (new RefreshTokenLookup(session).isActive(token, userSession, client)) {
      return true;
    }
    eventBuilder.detail(Details.REASON, RefreshTokenLookup.INACTIVE);
    eventBuilder.error(Errors.INVALID_TOKEN);
    return false;
  }
}
