package dev.tokenguard.keycloak.connection;

import dev.tokenguard.revocation.Blacklist;
import dev.tokenguard.revocation.IncidentLog;
import dev.tokenguard.revocation.LatestExpiries;
import dev.tokenguard.rotation.FamilyStore;
import java.util.Optional;
import org.keycloak.models.KeycloakSession;
import org.keycloak.provider.Provider;

/** What this node keeps in Redis. */
public interface RedisConnection extends Provider {

  /** The families; empty when no Redis is configured. */
  Optional<FamilyStore> families();

  /** The blacklist; empty when no Redis is configured. */
  Optional<Blacklist> blacklist();

  /** The incidents; empty when no Redis is configured. */
  Optional<IncidentLog> incidents();

  /** The latest expiries of access tokens; empty when no Redis is configured. */
  Optional<LatestExpiries> latestExpiries();

  static Optional<LatestExpiries> latestExpiriesOf(KeycloakSession session) {
    return session.getProvider(RedisConnection.class).latestExpiries();
  }

  static Optional<Blacklist> blacklistOf(KeycloakSession session) {
    return session.getProvider(RedisConnection.class).blacklist();
  }

  /** The families of this node; empty when no Redis is configured. */
  static Optional<FamilyStore> familiesOf(KeycloakSession session) {
    return session.getProvider(RedisConnection.class).families();
  }

  static Optional<IncidentLog> incidentsOf(KeycloakSession session) {
    return session.getProvider(RedisConnection.class).incidents();
  }
}
