package dev.tokenguard.keycloak.revocation;

import dev.tokenguard.keycloak.connection.RedisConnection;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.keycloak.Config;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.KeycloakSessionFactory;
import org.keycloak.models.RevokedTokenProvider;
import org.keycloak.models.RevokedTokenProviderFactory;
import org.keycloak.models.utils.PostMigrationEvent;
import org.keycloak.provider.Provider;
import org.keycloak.provider.ServerInfoAwareProviderFactory;

/**
 * Stands before Keycloak's own list of revoked tokens. Without a Redis it hands out that one, and
 * Keycloak is stock.
 */
public final class RedisRevokedTokenProviderFactory
    implements RevokedTokenProviderFactory<RevokedTokenProvider>, ServerInfoAwareProviderFactory {

  public static final String ID = "redis";

  private static final int ABOVE_STOCK = 10;

  private DeliveryQueue queue;

  @Override
  public String getId() {
    return ID;
  }

  /** Keycloak takes the highest: its own are 0 and 1. */
  @Override
  public int order() {
    return ABOVE_STOCK;
  }

  @Override
  public Set<Class<? extends Provider>> dependsOn() {
    return Set.of(RedisConnection.class);
  }

  @Override
  public void init(Config.Scope config) {
    queue = new DeliveryQueue(DeliveryQueue.MAX_PENDING.from(texts(config)));
  }

  @Override
  public void postInit(KeycloakSessionFactory factory) {
    factory.register(
        event -> {
          if (event instanceof PostMigrationEvent) {
            queue.start(factory);
          }
        });
  }

  @Override
  public RevokedTokenProvider create(KeycloakSession session) {
    RevokedTokenProvider stock = StockRevokedTokens.of(session);
    return RedisConnection.blacklistOf(session)
        .<RevokedTokenProvider>map(list -> new RedisRevokedTokenProvider(stock, list, queue))
        .orElse(stock);
  }

  @Override
  public Map<String, String> getOperationalInfo() {
    return Map.of("pending revocations", Integer.toString(queue.size()));
  }

  @Override
  public void close() {
    // The timer stops with Keycloak.
  }

  DeliveryQueue queue() {
    return queue;
  }

  private static Map<String, String> texts(Config.Scope config) {
    String name = DeliveryQueue.MAX_PENDING.name();
    return Optional.ofNullable(config.get(name)).map(text -> Map.of(name, text)).orElse(Map.of());
  }
}
