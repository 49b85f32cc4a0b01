package dev.tokenguard.keycloak.policy;

import dev.tokenguard.keycloak.connection.RedisConnection;
import dev.tokenguard.keycloak.refresh.IssuedTokens;
import dev.tokenguard.keycloak.support.KeycloakCapability;
import java.util.Optional;
import java.util.Set;
import org.keycloak.Config;
import org.keycloak.models.KeycloakSession;
import org.keycloak.protocol.oidc.TokenManager.AccessTokenResponseBuilder;
import org.keycloak.protocol.oidc.grants.ciba.clientpolicy.context.BackchannelTokenResponseContext;
import org.keycloak.protocol.oidc.grants.device.clientpolicy.context.DeviceTokenResponseContext;
import org.keycloak.provider.EnvironmentDependentProviderFactory;
import org.keycloak.provider.Provider;
import org.keycloak.services.clientpolicy.ClientPolicyContext;
import org.keycloak.services.clientpolicy.ClientPolicyException;
import org.keycloak.services.clientpolicy.ClientPolicyManager;
import org.keycloak.services.clientpolicy.DefaultClientPolicyManager;
import org.keycloak.services.clientpolicy.DefaultClientPolicyManagerFactory;
import org.keycloak.services.clientpolicy.context.ResourceOwnerPasswordCredentialsResponseContext;
import org.keycloak.services.clientpolicy.context.ServiceAccountTokenResponseContext;
import org.keycloak.services.clientpolicy.context.TokenResponseContext;

/**
 * Provides Keycloak's policy manager up to 26.5. The id differs from that of the built-in factory:
 * Keycloak asks whether a factory is supported after it has dropped the other factory with that id.
 */
public final class LoginRecordingPolicyManagerFactory extends DefaultClientPolicyManagerFactory
    implements EnvironmentDependentProviderFactory {

  /** Keycloak selects the highest order; that of the built-in factory is 0. */
  private static final int ABOVE_BUILT_IN = 10;

  @Override
  public String getId() {
    return "token-guard";
  }

  @Override
  public int order() {
    return ABOVE_BUILT_IN;
  }

  /** From 26.6 on, an interceptor gets the tokens of all responses. */
  @Override
  public boolean isSupported(Config.Scope config) {
    return !KeycloakCapability.TOKEN_INTERCEPTOR.isAvailable();
  }

  @Override
  public Set<Class<? extends Provider>> dependsOn() {
    return Set.of(RedisConnection.class);
  }

  @Override
  public ClientPolicyManager create(KeycloakSession session) {
    return RedisConnection.familiesOf(session).isEmpty()
        ? super.create(session)
        : new LoginRecordingPolicyManager(session);
  }

  /**
   * The response to a login, with tokens that are not signed yet. Empty for all other events. Token
   * exchange and UMA have none.
   */
  public static Optional<AccessTokenResponseBuilder> loginIn(ClientPolicyContext context) {
    if (context instanceof TokenResponseContext code) {
      return Optional.of(code.getAccessTokenResponseBuilder());
    }
    if (context instanceof ResourceOwnerPasswordCredentialsResponseContext password) {
      return Optional.of(password.getAccessTokenResponseBuilder());
    }
    if (context instanceof ServiceAccountTokenResponseContext client) {
      return Optional.of(client.getAccessTokenResponseBuilder());
    }
    if (context instanceof DeviceTokenResponseContext device) {
      return Optional.of(device.getAccessTokenResponseBuilder());
    }
    return context instanceof BackchannelTokenResponseContext backchannel
        ? Optional.of(backchannel.getAccessTokenResponseBuilder())
        : Optional.empty();
  }

  /**
   * Records the login of a response up to 26.5; later calls for the same response do nothing. From
   * 26.6 on, an interceptor gets the tokens when they are signed.
   */
  public static void record(KeycloakSession session, AccessTokenResponseBuilder login) {
    if (KeycloakCapability.TOKEN_INTERCEPTOR.isAvailable()) {
      return;
    }
    if (PolicyContext.effectivePolicy(session).isEmpty()) {
      new PoliciesWithExecutor(session, session.getContext().getClient())
          .byClientAlone()
          .ifPresent(policy -> PolicyContext.setPolicy(session, policy));
    }
    new IssuedTokens(session).record(login);
  }

  /**
   * Records logins by the policy event of their response, after all executors. An executor is not
   * sufficient up to 26.5: conditions on clients do not apply to the events of the password and
   * device grants.
   */
  private static final class LoginRecordingPolicyManager extends DefaultClientPolicyManager {

    private final KeycloakSession session;

    LoginRecordingPolicyManager(KeycloakSession session) {
      super(session);
      this.session = session;
    }

    @Override
    public void triggerOnEvent(ClientPolicyContext context) throws ClientPolicyException {
      super.triggerOnEvent(context);
      loginIn(context).ifPresent(login -> record(session, login));
    }
  }
}
