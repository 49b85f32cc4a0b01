package dev.tokenguard.keycloak.policy;

import dev.tokenguard.config.InvalidSettingException;
import dev.tokenguard.keycloak.support.LogText;
import dev.tokenguard.rotation.RotationPolicy;
import org.jboss.logging.Logger;
import org.keycloak.OAuthErrorException;
import org.keycloak.models.KeycloakSession;
import org.keycloak.services.clientpolicy.ClientPolicyContext;
import org.keycloak.services.clientpolicy.ClientPolicyException;
import org.keycloak.services.clientpolicy.context.TokenRevokeContext;
import org.keycloak.services.clientpolicy.executor.ClientPolicyExecutorProvider;

/** Says which policy is in force where refresh tokens are issued, refreshed or revoked. */
final class RotationExecutor
    implements ClientPolicyExecutorProvider<RotationExecutorConfiguration> {

  private static final Logger LOG = Logger.getLogger(RotationExecutor.class);

  private final KeycloakSession session;
  private RotationExecutorConfiguration configuration;

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
  public void setupConfiguration(RotationExecutorConfiguration given) {
    // Read when it is needed: Keycloak calls this before it has the settings checked.
    configuration = given;
  }

  @Override
  public void executeOnEvent(ClientPolicyContext context) throws ClientPolicyException {
    switch (context.getEvent()) {
      case TOKEN_REFRESH,
          TOKEN_REQUEST,
          RESOURCE_OWNER_PASSWORD_CREDENTIALS_REQUEST,
          SERVICE_ACCOUNT_TOKEN_REQUEST,
          DEVICE_TOKEN_REQUEST,
          BACKCHANNEL_TOKEN_REQUEST,
          TOKEN_EXCHANGE_REQUEST,
          JWT_AUTHORIZATION_GRANT,
          TOKEN_INTROSPECT ->
          EffectivePolicy.set(session, policy());
      case TOKEN_REVOKE -> RevokedTokenContext.note(session, (TokenRevokeContext) context);
      default -> {
        // Nothing else issues, refreshes, revokes or introspects a refresh token.
      }
    }
  }

  /**
   * A profile that was saved past the check refuses the request and tells the administrator why.
   */
  private RotationPolicy policy() throws ClientPolicyException {
    try {
      return configuration.policy();
    } catch (InvalidSettingException invalid) {
      LOG.error(
          LogText.of(
              "A client profile of realm %s has a setting of %s that is not valid: %s",
              session.getContext().getRealm().getName(), getProviderId(), invalid.getMessage()));
      throw new ClientPolicyException(
          OAuthErrorException.SERVER_ERROR, "The policy of this client is not valid");
    }
  }
}
