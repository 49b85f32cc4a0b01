package dev.tokenguard.keycloak.refresh;

import java.util.List;
import org.keycloak.models.ClientSessionContext;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.ProtocolMapperModel;
import org.keycloak.models.UserSessionModel;
import org.keycloak.protocol.oidc.mappers.AbstractOIDCProtocolMapper;
import org.keycloak.protocol.oidc.mappers.OIDCAccessTokenResponseMapper;
import org.keycloak.provider.ProviderConfigProperty;
import org.keycloak.representations.AccessTokenResponse;

/**
 * A protocol mapper that adds {@code refresh_token_expires_in} to token responses, as the draft
 * "OAuth 2.0 Refresh Token and Authorization Expiration" names it, beside Keycloak's own {@code
 * refresh_expires_in}. Responses of clients without the mapper are unchanged.
 */
public final class RefreshTokenExpiryMapper extends AbstractOIDCProtocolMapper
    implements OIDCAccessTokenResponseMapper {

  private static final String EXPIRES_IN = "refresh_token_expires_in";

  @Override
  public String getId() {
    return "token-guard-refresh-token-expiry";
  }

  @Override
  public String getDisplayCategory() {
    return TOKEN_MAPPER_CATEGORY;
  }

  @Override
  public String getDisplayType() {
    return "Refresh token expiry";
  }

  @Override
  public String getHelpText() {
    return "Adds refresh_token_expires_in to token responses: the seconds until the refresh token"
        + " expires. Left out if there is no refresh token, or if it does not expire.";
  }

  @Override
  public List<ProviderConfigProperty> getConfigProperties() {
    return List.of();
  }

  @Override
  public AccessTokenResponse transformAccessTokenResponse(
      AccessTokenResponse response,
      ProtocolMapperModel mapper,
      KeycloakSession session,
      UserSessionModel userSession,
      ClientSessionContext context) {
    if (response.getRefreshExpiresIn() > 0) {
      response.setOtherClaims(EXPIRES_IN, response.getRefreshExpiresIn());
    }
    return response;
  }
}
