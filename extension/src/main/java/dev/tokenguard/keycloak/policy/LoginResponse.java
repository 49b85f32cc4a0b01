package dev.tokenguard.keycloak.policy;

import dev.tokenguard.keycloak.refresh.IssuedTokens;
import dev.tokenguard.keycloak.support.KeycloakCapability;
import java.util.Optional;
import org.keycloak.models.KeycloakSession;
import org.keycloak.protocol.oidc.TokenManager.AccessTokenResponseBuilder;
import org.keycloak.protocol.oidc.grants.ciba.clientpolicy.context.BackchannelTokenResponseContext;
import org.keycloak.protocol.oidc.grants.device.clientpolicy.context.DeviceTokenResponseContext;
import org.keycloak.services.clientpolicy.ClientPolicyContext;
import org.keycloak.services.clientpolicy.context.ResourceOwnerPasswordCredentialsResponseContext;
import org.keycloak.services.clientpolicy.context.ServiceAccountTokenResponseContext;
import org.keycloak.services.clientpolicy.context.TokenResponseContext;

/**
 * The response to a login, with tokens that are not signed yet.
 *
 * @param builder Keycloak's response
 */
public record LoginResponse(AccessTokenResponseBuilder builder) {

  /** Empty for all other events. Token exchange and UMA have none. */
  public static Optional<LoginResponse> in(ClientPolicyContext context) {
    if (context instanceof TokenResponseContext code) {
      return of(code.getAccessTokenResponseBuilder());
    }
    if (context instanceof ResourceOwnerPasswordCredentialsResponseContext password) {
      return of(password.getAccessTokenResponseBuilder());
    }
    if (context instanceof ServiceAccountTokenResponseContext client) {
      return of(client.getAccessTokenResponseBuilder());
    }
    if (context instanceof DeviceTokenResponseContext device) {
      return of(device.getAccessTokenResponseBuilder());
    }
    return context instanceof BackchannelTokenResponseContext backchannel
        ? of(backchannel.getAccessTokenResponseBuilder())
        : Optional.empty();
  }

  private static Optional<LoginResponse> of(AccessTokenResponseBuilder builder) {
    return Optional.of(new LoginResponse(builder));
  }

  /**
   * Records the login up to 26.5; later calls for the same response do nothing. From 26.6 on, an
   * interceptor gets the tokens when they are signed.
   */
  public void record(KeycloakSession session) {
    if (KeycloakCapability.TOKEN_INTERCEPTOR.isAvailable()) {
      return;
    }
    if (PolicyContext.effectivePolicy(session).isEmpty()) {
      new PoliciesWithExecutor(session, session.getContext().getClient())
          .byClientAlone()
          .ifPresent(policy -> PolicyContext.setPolicy(session, policy));
    }
    new IssuedTokens(session).record(builder);
  }
}
