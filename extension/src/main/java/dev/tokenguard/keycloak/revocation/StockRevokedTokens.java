package dev.tokenguard.keycloak.revocation;

import java.util.Comparator;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RevokedTokenProvider;
import org.keycloak.provider.ProviderFactory;

/**
 * Keycloak's own list of revoked tokens: {@code infinispan}, or {@code jpa} where Keycloak runs
 * without caches. It is kept next to ours, so that neither an outage of Redis nor taking out the
 * JAR brings a token back to life.
 */
final class StockRevokedTokens {

  private StockRevokedTokens() {}

  static RevokedTokenProvider of(KeycloakSession session) {
    String id =
        session
            .getKeycloakSessionFactory()
            .getProviderFactoriesStream(RevokedTokenProvider.class)
            .filter(factory -> !factory.getId().equals(RedisRevokedTokenProviderFactory.ID))
            .max(Comparator.comparingInt(ProviderFactory::order))
            .orElseThrow(() -> new IllegalStateException("Keycloak has no list of revoked tokens"))
            .getId();
    return session.getProvider(RevokedTokenProvider.class, id);
  }
}
