package dev.tokenguard.keycloak.revocation;

import dev.tokenguard.keycloak.connection.RedisConnection;
import dev.tokenguard.revocation.RevocationList;
import dev.tokenguard.rotation.StoreUnavailableException;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.keycloak.common.util.Time;
import org.keycloak.models.ClientModel;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.KeycloakSessionFactory;
import org.keycloak.models.RealmModel;
import org.keycloak.models.utils.KeycloakModelUtils;
import org.keycloak.protocol.oidc.OIDCConfigAttributes;

/**
 * The latest expiry of the access tokens of a realm: the entry of a revoked session or user must
 * not expire earlier. It is the later of two times: by the current settings of the realm and its
 * clients, and of the tokens issued so far, which a lowered lifespan does not change. All nodes
 * share the latter in Redis.
 */
public final class MaxAccessTokenLifespan {

  private static final int KEPT_SECONDS = 60;

  /** A shared expiry is rounded up by this, so that not every token causes a write. */
  private static final int SHARED_AHEAD_SECONDS = 60;

  /** The interval of reading the value of other nodes. */
  private static final int READ_SECONDS = 10;

  /** A realm that issues and revokes no tokens for this time is no longer read. */
  private static final int IDLE_SECONDS = 3600;

  /** Longer than any request that has read a session before its removal. */
  private static final long RACES_SECONDS = 3600;

  private final Map<String, Configured> configuredByRealm = new ConcurrentHashMap<>();
  private final Map<String, Latest> latestByRealm = new ConcurrentHashMap<>();

  MaxAccessTokenLifespan() {}

  /** The lifespans of this node. */
  public static MaxAccessTokenLifespan of(KeycloakSession session) {
    return RevocationOutbox.of(session.getKeycloakSessionFactory()).lifespans();
  }

  /** Those of this node for the issue of a token, which must not fail without them. */
  public static Optional<MaxAccessTokenLifespan> find(KeycloakSession session) {
    return RevocationOutbox.find(session.getKeycloakSessionFactory())
        .map(RevocationOutbox::lifespans);
  }

  /** Called for each issued access token, so it only compares two numbers. */
  public void observe(RealmModel realm, long lifespanSeconds) {
    latestIn(realm.getId()).raise(Time.currentTime() + lifespanSeconds);
  }

  /** The latest expiry of the access tokens of a realm, seconds since the epoch. */
  public long latestExpiry(KeycloakSession session, RealmModel realm) {
    Latest latest = latestIn(realm.getId());
    latest.use();
    if (!latest.isShared()) {
      try {
        RedisConnection.blacklistOf(session)
            .ifPresent(shared -> latest.share(realm.getId(), shared));
      } catch (StoreUnavailableException unavailable) {
        // The connection has counted it; shared in the background after the outage.
      }
    }
    return Math.max(latest.expiresAt(), Time.currentTime() + (long) configured(session, realm));
  }

  /**
   * The retention of the revocation of a session, seconds since the epoch: that of its access
   * tokens, because Keycloak has removed the session.
   */
  public long retainSession(KeycloakSession session, RealmModel realm, long decided) {
    return Math.max(decided + RACES_SECONDS, latestExpiry(session, realm) + 1);
  }

  /**
   * The retention of the revocation of a family, seconds since the epoch: that of the session,
   * which stays in Keycloak, so only the mark refuses the refresh tokens of the family.
   */
  public long retainFamily(KeycloakSession session, RealmModel realm, long decided) {
    int offline =
        realm.isOfflineSessionMaxLifespanEnabled()
            ? realm.getOfflineSessionMaxLifespan()
            : realm.getOfflineSessionIdleTimeout();
    return LongStream.of(
            retainSession(session, realm, decided),
            decided + realm.getSsoSessionMaxLifespan(),
            decided + realm.getSsoSessionMaxLifespanRememberMe(),
            decided + offline)
        .max()
        .orElseThrow();
  }

  /** Writes the observed expiries to Redis, and reads those of other nodes. */
  void share(KeycloakSessionFactory factory) {
    int now = Time.currentTime();
    latestByRealm.values().removeIf(latest -> latest.isIdle(now));
    if (latestByRealm.isEmpty()) {
      return;
    }
    try {
      KeycloakModelUtils.runJobInTransaction(
          factory,
          session ->
              RedisConnection.blacklistOf(session)
                  .ifPresent(
                      shared -> latestByRealm.forEach((id, latest) -> latest.share(id, shared))));
    } catch (StoreUnavailableException unavailable) {
      // The connection has counted it; the next tick retries.
    }
  }

  private Latest latestIn(String realmId) {
    Latest known = latestByRealm.get(realmId);
    return known != null ? known : latestByRealm.computeIfAbsent(realmId, id -> new Latest());
  }

  /** In seconds. Kept for a minute, because reading all clients for each logout is too slow. */
  private int configured(KeycloakSession session, RealmModel realm) {
    Configured kept = configuredByRealm.get(realm.getId());
    if (kept == null || kept.until() <= Time.currentTime()) {
      kept = new Configured(ofClients(session, realm), Time.currentTime() + KEPT_SECONDS);
      configuredByRealm.put(realm.getId(), kept);
    }
    return Math.max(
        kept.lifespan(),
        Math.max(
            seconds(realm, realm.getAccessTokenLifespan()),
            seconds(realm, realm.getAccessTokenLifespanForImplicitFlow())));
  }

  private static int ofClients(KeycloakSession session, RealmModel realm) {
    try (Stream<ClientModel> clients = session.clients().getClientsStream(realm)) {
      return clients
          .map(client -> client.getAttribute(OIDCConfigAttributes.ACCESS_TOKEN_LIFESPAN))
          .filter(Objects::nonNull)
          .flatMap(attribute -> number(attribute).stream())
          .mapToInt(lifespan -> seconds(realm, lifespan))
          .max()
          .orElse(0);
    }
  }

  /** -1 is the lifespan of the session. */
  private static int seconds(RealmModel realm, int lifespan) {
    return lifespan < 0
        ? Math.max(realm.getSsoSessionMaxLifespan(), realm.getSsoSessionMaxLifespanRememberMe())
        : lifespan;
  }

  private static Optional<Integer> number(String attribute) {
    try {
      return Optional.of(Integer.parseInt(attribute.trim()));
    } catch (NumberFormatException notSet) {
      return Optional.empty();
    }
  }

  private record Configured(int lifespan, int until) {}

  /** The latest expiry in one realm. */
  private static final class Latest {
    private volatile long expiresAt;
    private volatile long sharedUntil;
    private volatile boolean isShared;
    private volatile int readAt;
    private volatile int usedAt = Time.currentTime();

    private void raise(long expiry) {
      if (expiry > expiresAt) {
        synchronized (this) {
          expiresAt = Math.max(expiresAt, expiry);
        }
      }
    }

    private void use() {
      usedAt = Time.currentTime();
    }

    private long expiresAt() {
      return expiresAt;
    }

    private boolean isShared() {
      return isShared;
    }

    private boolean isIdle(int now) {
      return usedAt < now - IDLE_SECONDS && expiresAt < now;
    }

    private void share(String realmId, RevocationList shared) {
      long known = expiresAt;
      int now = Time.currentTime();
      boolean isNews = known > sharedUntil && known > now;
      if (isShared && !isNews && readAt > now - READ_SECONDS) {
        return;
      }
      readAt = now;
      long stored =
          isNews
              ? shared.raiseLatestExpiry(realmId, known + SHARED_AHEAD_SECONDS)
              : shared.latestExpiry(realmId);
      sharedUntil = stored;
      raise(stored);
      isShared = true;
    }
  }
}
