package dev.tokenguard.keycloak.introspection;

import jakarta.ws.rs.core.Response;
import org.keycloak.authorization.protection.introspect.RPTIntrospectionProvider;
import org.keycloak.events.Details;
import org.keycloak.events.Errors;
import org.keycloak.events.EventBuilder;
import org.keycloak.models.KeycloakSession;

/** Keycloak's introspection of requesting party tokens, plus a look-up of a refresh token. */
final class GuardedRptIntrospection extends RPTIntrospectionProvider {

  private String text = "";

  GuardedRptIntrospection(KeycloakSession session) {
    super(session);
  }

  @Override
  public Response introspect(String given, EventBuilder event) {
    text = given;
    return super.introspect(given, event);
  }

  @Override
  protected boolean verifyTokenReuse() {
    if (!super.verifyTokenReuse()) {
      return false;
    }
    if (new IntrospectedRefreshToken(text).isActive(session, token, userSession, client)) {
      return true;
    }
    eventBuilder.detail(Details.REASON, RefreshTokenLookup.INACTIVE);
    eventBuilder.error(Errors.INVALID_TOKEN);
    return false;
  }
}
