package dev.tokenguard.keycloak.singleuse;

import dev.tokenguard.keycloak.connection.RedisConnection;
import dev.tokenguard.keycloak.revocation.RedisRevokedTokens;
import dev.tokenguard.keycloak.support.KeycloakCapability;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.keycloak.Config;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.KeycloakSessionFactory;
import org.keycloak.models.SingleUseObjectProvider;
import org.keycloak.models.SingleUseObjectProviderFactory;
import org.keycloak.provider.EnvironmentDependentProviderFactory;
import org.keycloak.provider.Provider;
import org.keycloak.provider.ProviderConfigProperty;
import org.keycloak.provider.ServerInfoAwareProviderFactory;

/**
 * Replaces the provider of single-use objects up to Keycloak 26.6. Without Redis it provides the
 * built-in one.
 */
public final class GuardedSingleUseObjectsFactory
    implements SingleUseObjectProviderFactory<SingleUseObjectProvider>,
        EnvironmentDependentProviderFactory,
        ServerInfoAwareProviderFactory {

  private RedisRevokedTokens revokedTokens;

  @Override
  public String getId() {
    return RedisRevokedTokens.ID;
  }

  @Override
  public int order() {
    return RedisRevokedTokens.ABOVE_BUILT_IN;
  }

  /** From 26.7 on, revoked tokens have an SPI of their own. */
  @Override
  public boolean isSupported(Config.Scope config) {
    return !KeycloakCapability.REVOKED_TOKENS.isAvailable();
  }

  @Override
  public Set<Class<? extends Provider>> dependsOn() {
    return Set.of(RedisConnection.class);
  }

  @Override
  public void init(Config.Scope config) {
    revokedTokens = new RedisRevokedTokens("single-use-object", config);
  }

  @Override
  public void postInit(KeycloakSessionFactory factory) {
    revokedTokens.register(factory);
  }

  @Override
  public SingleUseObjectProvider create(KeycloakSession session) {
    SingleUseObjectProvider builtIn = SingleUseRevokedTokens.builtInProvider(session);
    return revokedTokens
        .listOf(session, new SingleUseRevokedTokens.BuiltIn(session, builtIn))
        .<SingleUseObjectProvider>map(list -> new GuardedSingleUseObjects(builtIn, list))
        .orElse(builtIn);
  }

  @Override
  public Map<String, String> getOperationalInfo() {
    return revokedTokens.operationalInfo();
  }

  @Override
  public List<ProviderConfigProperty> getConfigMetadata() {
    return revokedTokens.configProperties();
  }

  @Override
  public void close() {
    // Keycloak stops the timer.
  }

  RedisRevokedTokens revokedTokens() {
    return revokedTokens;
  }
}
