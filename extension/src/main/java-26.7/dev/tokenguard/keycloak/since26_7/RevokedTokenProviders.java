package dev.tokenguard.keycloak.since26_7;

import dev.tokenguard.keycloak.revocation.RedisRevokedTokens;
import dev.tokenguard.keycloak.revocation.RevokedTokenList;
import java.util.Comparator;
import java.util.Optional;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.KeycloakSessionFactory;
import org.keycloak.models.RevokedTokenProvider;
import org.keycloak.provider.ProviderFactory;

/**
 * Revoked tokens in the SPI {@code revokedToken}. Keycloak's provider is {@code infinispan}, or
 * {@code jpa} without caches.
 */
public final class RevokedTokenProviders implements RevokedTokenList.Spi {

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

  static RevokedTokenProvider builtInProvider(KeycloakSession session) {
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

  /** Keycloak's own list. */
  record BuiltIn(RevokedTokenProvider provider) implements RevokedTokenList {

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
