package dev.tokenguard.keycloak.connection;

import dev.tokenguard.redis.store.RedisHeartbeat.Loss;
import dev.tokenguard.revocation.IncidentLog;
import dev.tokenguard.revocation.RevocationList;
import dev.tokenguard.rotation.FamilyStore;
import java.util.Optional;
import org.keycloak.models.KeycloakSession;
import org.keycloak.provider.Provider;
import org.keycloak.provider.ProviderEvent;
import org.keycloak.provider.ProviderFactory;
import org.keycloak.provider.Spi;

/**
 * The stores of a node in Redis. All are empty if no Redis is configured; then Token Guard is
 * inactive.
 */
public interface RedisConnection extends Provider {

  Optional<FamilyStore> families();

  Optional<RevocationList> blacklist();

  Optional<IncidentLog> incidents();

  static Optional<RevocationList> blacklistOf(KeycloakSession session) {
    return session.getProvider(RedisConnection.class).blacklist();
  }

  static Optional<FamilyStore> familiesOf(KeycloakSession session) {
    return session.getProvider(RedisConnection.class).families();
  }

  static Optional<IncidentLog> incidentsOf(KeycloakSession session) {
    return session.getProvider(RedisConnection.class).incidents();
  }

  /** Redis has lost data. Each node detects that by itself and publishes this event locally. */
  record DataLossEvent(Loss loss) implements ProviderEvent {}

  /** Opens the connection of a node when Keycloak starts, and closes it at shutdown. */
  interface Factory extends ProviderFactory<RedisConnection> {}

  /**
   * The SPI of this provider. Its options have the prefix {@code spi-redis-connection--jedis--}.
   */
  final class ConnectionSpi implements Spi {

    @Override
    public boolean isInternal() {
      return false;
    }

    @Override
    public String getName() {
      return "redis-connection";
    }

    @Override
    public Class<? extends Provider> getProviderClass() {
      return RedisConnection.class;
    }

    @Override
    @SuppressWarnings("rawtypes")
    public Class<? extends ProviderFactory> getProviderFactoryClass() {
      return Factory.class;
    }
  }
}
