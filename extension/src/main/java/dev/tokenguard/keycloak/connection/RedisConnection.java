package dev.tokenguard.keycloak.connection;

import dev.tokenguard.redis.store.RedisHeartbeat.Loss;
import dev.tokenguard.revocation.IncidentLog;
import dev.tokenguard.revocation.RevocationList;
import dev.tokenguard.rotation.FamilyStore;
import java.util.Optional;
import org.keycloak.models.KeycloakSession;
import org.keycloak.provider.Provider;
import org.keycloak.provider.ProviderEvent;

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
}
