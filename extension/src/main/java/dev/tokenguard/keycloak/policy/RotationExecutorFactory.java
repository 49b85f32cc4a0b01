package dev.tokenguard.keycloak.policy;

import dev.tokenguard.config.InvalidSettingException;
import dev.tokenguard.config.Setting;
import dev.tokenguard.keycloak.support.LogText;
import dev.tokenguard.rotation.RotationPolicy;
import java.util.List;
import org.jboss.logging.Logger;
import org.keycloak.Config;
import org.keycloak.OAuthErrorException;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.KeycloakSessionFactory;
import org.keycloak.provider.ProviderConfigProperty;
import org.keycloak.services.clientpolicy.ClientPolicyContext;
import org.keycloak.services.clientpolicy.ClientPolicyException;
import org.keycloak.services.clientpolicy.context.TokenRevokeContext;
import org.keycloak.services.clientpolicy.executor.ClientPolicyExecutorProvider;
import org.keycloak.services.clientpolicy.executor.ClientPolicyExecutorProviderFactory;

/** The executor {@code redis-refresh-token-rotation} with its form in the admin console. */
public final class RotationExecutorFactory implements ClientPolicyExecutorProviderFactory {

  public static final String ID = "redis-refresh-token-rotation";

  private static final List<ProviderConfigProperty> FORM =
      RotationPolicy.SETTINGS.stream().map(RotationExecutorFactory::field).toList();

  @Override
  public String getId() {
    return ID;
  }

  @Override
  public String getHelpText() {
    return "Rotates refresh tokens and detects their reuse by state in Redis. A replay within the grace"
        + " period gets the same new token; a later one revokes the token family. Switch 'Revoke"
        + " Refresh Token' of the realm off.";
  }

  @Override
  public List<ProviderConfigProperty> getConfigProperties() {
    return FORM;
  }

  @Override
  public ClientPolicyExecutorProvider<RotationExecutorConfiguration> create(
      KeycloakSession session) {
    return new RotationExecutor(session);
  }

  @Override
  public void init(Config.Scope config) {
    // The settings are in the client profiles.
  }

  @Override
  public void postInit(KeycloakSessionFactory factory) {
    // Nothing to prepare.
  }

  @Override
  public void close() {
    // Nothing to release.
  }

  /** Numbers are texts, because the console's number field drops what it cannot read. */
  private static ProviderConfigProperty field(Setting<?> setting) {
    boolean isChoice = !setting.choices().isEmpty();
    ProviderConfigProperty field =
        new ProviderConfigProperty(
            setting.name(),
            setting.label(),
            setting.describe(),
            isChoice ? ProviderConfigProperty.LIST_TYPE : ProviderConfigProperty.STRING_TYPE,
            setting.defaultText());
    if (isChoice) {
      field.setOptions(setting.choices());
    }
    return field;
  }

  /** Sets the policy of the requests that issue, refresh, revoke or introspect refresh tokens. */
  private static final class RotationExecutor
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
            PolicyContext.setPolicy(session, policy());
        case TOKEN_REVOKE -> PolicyContext.setRevokedToken(session, (TokenRevokeContext) context);
        default -> {
          // No other request issues, refreshes, revokes or introspects a refresh token.
          if (context.getEvent().name().equals(JWT_AUTHORIZATION_GRANT)) {
            PolicyContext.setPolicy(session, policy());
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
}
