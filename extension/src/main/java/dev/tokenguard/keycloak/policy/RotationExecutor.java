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

/** Sets the policy of the requests that issue, refresh, revoke or introspect refresh tokens. */
final class RotationExecutor
    implements ClientPolicyExecutorProvider<RotationExecutorConfiguration> {

  private static final Logger LOG = Logger.getLogger(RotationExecutor.class);

  /** Keycloak 26.4 has no constant of that name. */
  private static final String JWT_AUTHORIZATION_GRANT = "JWT_AUTHORIZATION_GRANT";

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
    // Parsed on use: Keycloak calls this before it validates the settings.
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
          TOKEN_INTROSPECT ->
          EffectivePolicy.set(session, policy());
      case TOKEN_REVOKE -> RevokedTokenContext.record(session, (TokenRevokeContext) context);
      default -> {
        // No other request issues, refreshes, revokes or introspects a refresh token.
        if (context.getEvent().name().equals(JWT_AUTHORIZATION_GRANT)) {
          EffectivePolicy.set(session, policy());
        }
      }
    }
  }

  /**
   * @throws ClientPolicyException {@code server_error} if a profile was saved without validation;
   *     the log names the setting
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
