package dev.tokenguard.keycloak.policy;

import dev.tokenguard.keycloak.refresh.ClientKey;
import dev.tokenguard.rotation.RotationPolicy;
import java.util.List;
import org.keycloak.Config;
import org.keycloak.OAuthErrorException;
import org.keycloak.models.ClientModel;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.KeycloakSessionFactory;
import org.keycloak.provider.ProviderConfigProperty;
import org.keycloak.services.clientpolicy.ClientPolicyContext;
import org.keycloak.services.clientpolicy.ClientPolicyException;
import org.keycloak.services.clientpolicy.context.ClientCRUDContext;
import org.keycloak.services.clientpolicy.context.TokenRevokeContext;
import org.keycloak.services.clientpolicy.executor.ClientPolicyExecutorProvider;
import org.keycloak.services.clientpolicy.executor.ClientPolicyExecutorProviderFactory;

/** The executor {@code redis-refresh-token-rotation} with its form in the admin console. */
public final class RotationExecutorFactory implements ClientPolicyExecutorProviderFactory {

  public static final String ID = "redis-refresh-token-rotation";

  private static final List<ProviderConfigProperty> FORM =
      ExecutorConfiguration.form(RotationPolicy.SETTINGS);

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
  public ClientPolicyExecutorProvider<Configuration> create(KeycloakSession session) {
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

  /** Sets the policy of the requests that issue, refresh, revoke or introspect refresh tokens. */
  private static final class RotationExecutor
      implements ClientPolicyExecutorProvider<Configuration> {

    /** Keycloak 26.4 has no constant of that name. */
    private static final String JWT_AUTHORIZATION_GRANT = "JWT_AUTHORIZATION_GRANT";

    private final KeycloakSession session;
    private Configuration configuration;

    RotationExecutor(KeycloakSession session) {
      this.session = session;
    }

    @Override
    public String getProviderId() {
      return RotationExecutorFactory.ID;
    }

    @Override
    public Class<Configuration> getExecutorConfigurationClass() {
      return Configuration.class;
    }

    @Override
    public void setupConfiguration(Configuration given) {
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
            PolicyContext.setPolicy(session, configuration.settingsFor(session));
        case REGISTERED, UPDATED -> requireKey(((ClientCRUDContext) context).getTargetClient());
        case TOKEN_REVOKE -> PolicyContext.setRevocation(session, (TokenRevokeContext) context);
        default -> {
          // No other request issues, refreshes, revokes or introspects a refresh token.
          if (context.getEvent().name().equals(JWT_AUTHORIZATION_GRANT)) {
            PolicyContext.setPolicy(session, configuration.settingsFor(session));
          }
        }
      }
    }

    /**
     * @throws ClientPolicyException if the policy uses the key of a client that has none; the
     *     change of the client is rolled back, and the console shows the text
     */
    private void requireKey(ClientModel client) throws ClientPolicyException {
      if (configuration.settingsFor(session).usesKey()
          && !new ClientKey(session, client).isRequired()
          && !PoliciesWithExecutor.enforceDpop(session, client)) {
        session.getTransactionManager().setRollbackOnly();
        throw new ClientPolicyException(
            OAuthErrorException.INVALID_CLIENT_METADATA,
            "A policy of this client uses its key (grace-context or bind-to = key). Require DPoP or"
                + " certificate-bound access tokens, or select a client authentication with a key"
                + " (Signed JWT, X.509 certificate)");
      }
    }
  }

  /** The settings of the executor for rotation. */
  public static final class Configuration extends ExecutorConfiguration<RotationPolicy> {

    public Configuration() {
      super(ID, RotationPolicy.SETTINGS, RotationPolicy::parse);
    }
  }
}
