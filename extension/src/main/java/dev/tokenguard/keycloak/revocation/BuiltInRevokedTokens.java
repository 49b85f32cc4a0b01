package dev.tokenguard.keycloak.revocation;

import java.util.Comparator;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RevokedTokenProvider;
import org.keycloak.provider.ProviderFactory;

/**
 * Keycloak's own list of revoked tokens: {@code infinispan}, or {@code jpa} where Keycloak runs
 * without caches. It is written beside ours, so that a revoked token stays revoked during an outage
 * of Redis and after the JAR is removed.
 */
public final class BuiltInRevokedTokens {

  private BuiltInRevokedTokens() {}

  public static RevokedTokenProvider of(KeycloakSession session) {
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
