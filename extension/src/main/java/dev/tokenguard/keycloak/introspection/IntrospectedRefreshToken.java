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
 * A refresh token that is introspected as something else. Without a hint Keycloak takes one where
 * the client may introspect without an audience check, and as a requesting-party token from anyone.
 */
final class IntrospectedRefreshToken {

  /** Verified by Keycloak when it is looked at. */
  private final String text;

  IntrospectedRefreshToken(String text) {
    this.text = text;
  }

  /** Also true for whatever is no refresh token. */
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
