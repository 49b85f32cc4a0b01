package dev.tokenguard.keycloak.executor;

import dev.tokenguard.rotation.RotationPolicy;
import org.keycloak.models.KeycloakSession;
import org.keycloak.services.clientpolicy.ClientPolicyContext;
import org.keycloak.services.clientpolicy.context.TokenRevokeContext;
import org.keycloak.services.clientpolicy.executor.ClientPolicyExecutorProvider;

/** Says which policy is in force where refresh tokens are issued, refreshed or revoked. */
final class RotationExecutor
    implements ClientPolicyExecutorProvider<RotationExecutorConfiguration> {

  private final KeycloakSession session;
  private RotationPolicy policy;

  RotationExecutor(KeycloakSession session) {
    this.session = session;
  }

  @Override
  public String getProviderId() {
    return RotationExecutorFactory.ID;
  }

  @Override
  public Class<RotationExecutorConfiguration> getExecutorConfigurationClass() {
    return RotationExecutorConfiguration.class;
  }

  @Override
  public void setupConfiguration(RotationExecutorConfiguration configuration) {
    policy = configuration.policy();
  }

  @Override
  public void executeOnEvent(ClientPolicyContext context) {
    switch (context.getEvent()) {
      case TOKEN_REFRESH,
          TOKEN_REQUEST,
          RESOURCE_OWNER_PASSWORD_CREDENTIALS_REQUEST,
          SERVICE_ACCOUNT_TOKEN_REQUEST,
          DEVICE_TOKEN_REQUEST,
          BACKCHANNEL_TOKEN_REQUEST,
          TOKEN_EXCHANGE_REQUEST,
          JWT_AUTHORIZATION_GRANT ->
          PolicyInForce.set(session, policy);
      case TOKEN_REVOKE -> RevokedToken.note(session, (TokenRevokeContext) context);
      default -> {
        // Nothing else issues, refreshes or revokes a refresh token.
      }
    }
  }
}
