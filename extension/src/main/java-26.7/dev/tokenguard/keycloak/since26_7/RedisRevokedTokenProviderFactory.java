package dev.tokenguard.keycloak.since26_7;

import dev.tokenguard.keycloak.connection.RedisConnection;
import dev.tokenguard.keycloak.revocation.RedisRevokedTokens;
import dev.tokenguard.keycloak.revocation.RevokedTokenList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.keycloak.Config;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.KeycloakSessionFactory;
import org.keycloak.models.RevokedTokenProvider;
import org.keycloak.models.RevokedTokenProviderFactory;
import org.keycloak.provider.Provider;
import org.keycloak.provider.ProviderConfigProperty;
import org.keycloak.provider.ProviderFactory;
import org.keycloak.provider.ServerInfoAwareProviderFactory;

/**
 * Provides the list of revoked tokens in Redis and in Keycloak's own list. Without Redis it
 * provides the built-in one.
 */
public final class RedisRevokedTokenProviderFactory
    implements RevokedTokenProviderFactory<RevokedTokenProvider>, ServerInfoAwareProviderFactory {

  private RedisRevokedTokens revokedTokens;

  @Override
  public String getId() {
    return RedisRevokedTokens.ID;
  }

  @Override
  public int order() {
    return RedisRevokedTokens.ABOVE_BUILT_IN;
  }

  @Override
  public Set<Class<? extends Provider>> dependsOn() {
    return Set.of(RedisConnection.class);
  }

  @Override
  public void init(Config.Scope config) {
    revokedTokens = new RedisRevokedTokens("revoked-token", config);
  }

  @Override
  public void postInit(KeycloakSessionFactory factory) {
    revokedTokens.register(factory);
  }

  @Override
  public RevokedTokenProvider create(KeycloakSession session) {
    RevokedTokenProvider builtIn = builtInProvider(session);
    return revokedTokens
        .listOf(session, new BuiltIn(builtIn))
        .<RevokedTokenProvider>map(RedisRevokedTokenProvider::new)
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

  /**
   * The list of revoked tokens for Keycloak. Introspection, userinfo, the admin and account REST
   * APIs and token exchange read it; used action tokens are added to it.
   */
  private record RedisRevokedTokenProvider(RevokedTokenList list) implements RevokedTokenProvider {

    @Override
    public boolean put(String id, long lifespanSeconds) {
      return list.put(id, lifespanSeconds);
    }

    @Override
    public boolean contains(String id) {
      return list.contains(id);
    }

    @Override
    public void close() {
      // Nothing to release.
    }
  }

  private static RevokedTokenProvider builtInProvider(KeycloakSession session) {
    String id =
        session
            .getKeycloakSessionFactory()
            .getProviderFactoriesStream(RevokedTokenProvider.class)
            .filter(factory -> !factory.getId().equals(RedisRevokedTokens.ID))
            .max(Comparator.comparingInt(ProviderFactory::order))
            .orElseThrow(() -> new IllegalStateException("Keycloak has no list of revoked tokens"))
            .getId();
    return session.getProvider(RevokedTokenProvider.class, id);
  }

  /**
   * Revoked tokens in the SPI {@code revokedToken}. Keycloak's provider is {@code infinispan}, or
   * {@code jpa} without caches.
   */
  public static final class ListOfKeycloak implements RevokedTokenList.Spi {

    @Override
    public RevokedTokenList builtIn(KeycloakSession session) {
      return new BuiltIn(builtInProvider(session));
    }

    @Override
    public Optional<RedisRevokedTokens> registered(KeycloakSessionFactory factory) {
      return Optional.ofNullable(
              (RedisRevokedTokenProviderFactory)
                  factory.getProviderFactory(RevokedTokenProvider.class, RedisRevokedTokens.ID))
          .map(RedisRevokedTokenProviderFactory::revokedTokens);
    }
  }

  /** Keycloak's own list. */
  private record BuiltIn(RevokedTokenProvider provider) implements RevokedTokenList {

    @Override
    public boolean put(String id, long lifespanSeconds) {
      return provider.put(id, lifespanSeconds);
    }

    @Override
    public boolean contains(String id) {
      return provider.contains(id);
    }
  }
}
