package dev.tokenguard.keycloak.connection;

import dev.tokenguard.revocation.Blacklist;
import dev.tokenguard.revocation.IncidentLog;
import dev.tokenguard.revocation.LatestExpiries;
import dev.tokenguard.rotation.FamilyStore;
import java.util.Optional;
import org.keycloak.models.KeycloakSession;
import org.keycloak.provider.Provider;

/**
 * The stores of a node in Redis. All are empty if no Redis is configured; then Token Guard is
 * inactive.
 */
public interface RedisConnection extends Provider {

  Optional<FamilyStore> families();

  Optional<Blacklist> blacklist();

  Optional<IncidentLog> incidents();

  Optional<LatestExpiries> latestExpiries();

  static Optional<LatestExpiries> latestExpiriesOf(KeycloakSession session) {
    return session.getProvider(RedisConnection.class).latestExpiries();
  }

  static Optional<Blacklist> blacklistOf(KeycloakSession session) {
    return session.getProvider(RedisConnection.class).blacklist();
  }

  static Optional<FamilyStore> familiesOf(KeycloakSession session) {
    return session.getProvider(RedisConnection.class).families();
  }

  static Optional<IncidentLog> incidentsOf(KeycloakSession session) {
    return session.getProvider(RedisConnection.class).incidents();
  }
}
