package dev.tokenguard.keycloak.refresh;

import dev.tokenguard.keycloak.connection.RedisConnection;
import dev.tokenguard.keycloak.metrics.RefreshMetrics;
import java.util.Set;
import org.keycloak.Config;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.KeycloakSessionFactory;
import org.keycloak.protocol.oidc.refresh.RefreshTokenProvider;
import org.keycloak.protocol.oidc.refresh.RefreshTokenProviderFactory;
import org.keycloak.provider.Provider;

/** Stands before Keycloak's own refresh-token provider for clients with a policy. */
public final class GuardedRefreshTokenProviderFactory implements RefreshTokenProviderFactory {

  private static final int BETWEEN_STOCK_AND_OID4VCI = 5;

  private RefreshMetrics metrics;
  private RealmFlagWarning realmFlagWarning;

  @Override
  public String getId() {
    return "token-guard";
  }

  /** Keycloak asks the highest first: its own is 0, that for verifiable credentials 10. */
  @Override
  public int order() {
    return BETWEEN_STOCK_AND_OID4VCI;
  }

  @Override
  public Set<Class<? extends Provider>> dependsOn() {
    return Set.of(RedisConnection.class);
  }

  @Override
  public void init(Config.Scope config) {
    // All settings are those of the connection and of the profiles.
  }

  @Override
  public void postInit(KeycloakSessionFactory factory) {
    metrics = new RefreshMetrics();
    realmFlagWarning = new RealmFlagWarning();
  }

  @Override
  public RefreshTokenProvider create(KeycloakSession session) {
    return new GuardedRefreshTokenProvider(session, metrics, realmFlagWarning);
  }

  @Override
  public void close() {
    // Nothing to release.
  }
}
