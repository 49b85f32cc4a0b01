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

/** Replaces Keycloak's policy manager up to 26.5. */
public final class LoginRecordingPolicyManagerFactory extends DefaultClientPolicyManagerFactory
    implements EnvironmentDependentProviderFactory {

  /** Keycloak selects the highest order for an id; that of the built-in factory is 0. */
  private static final int BEFORE_BUILT_IN = 10;

  @Override
  public int order() {
    return BEFORE_BUILT_IN;
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
