package dev.tokenguard.keycloak.introspection;

import org.keycloak.jose.jws.JWSInput;
import org.keycloak.jose.jws.JWSInputException;
import org.keycloak.models.ClientModel;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.UserSessionModel;
import org.keycloak.representations.AccessToken;
import org.keycloak.representations.RefreshToken;
import org.keycloak.util.TokenUtil;

/**
 * A refresh token that is introspected as another type. Keycloak accepts one without a hint from
 * clients that may introspect without an audience check, and as a requesting party token from all
 * clients.
 */
final class IntrospectedRefreshToken {

  /** Keycloak verifies it before this class reads it. */
  private final String text;

  IntrospectedRefreshToken(String text) {
    this.text = text;
  }

  /** Whether the token is active; true for other tokens than refresh tokens. */
  boolean isActive(
      KeycloakSession session,
      AccessToken token,
      UserSessionModel userSession,
      ClientModel client) {
    if (!TokenUtil.TOKEN_TYPE_REFRESH.equals(token.getType())
        && !TokenUtil.TOKEN_TYPE_OFFLINE.equals(token.getType())) {
      return true;
    }
    try {
      RefreshToken refreshToken = new JWSInput(text).readJsonContent(RefreshToken.class);
      return new RefreshTokenLookup(session).isActive(refreshToken, userSession, client);
    } catch (JWSInputException impossible) {
      return false;
    }
  }
}
