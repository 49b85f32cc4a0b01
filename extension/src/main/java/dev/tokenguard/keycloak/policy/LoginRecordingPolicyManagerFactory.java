package dev.tokenguard.keycloak.policy;

import dev.tokenguard.keycloak.connection.RedisConnection;
import dev.tokenguard.keycloak.support.KeycloakCapability;
import java.util.Set;
import org.keycloak.Config;
import org.keycloak.models.KeycloakSession;
import org.keycloak.provider.EnvironmentDependentProviderFactory;
import org.keycloak.provider.Provider;
import org.keycloak.services.clientpolicy.ClientPolicyManager;
import org.keycloak.services.clientpolicy.DefaultClientPolicyManagerFactory;

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
}
