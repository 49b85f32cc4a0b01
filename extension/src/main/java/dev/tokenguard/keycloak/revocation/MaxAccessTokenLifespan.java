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
 * Until when an access token of a realm can be valid: so long resource servers must know of a
 * revoked session or user. Two things count: what the realm and its clients are set to now, and the
 * latest expiry of a token that was issued, which a lowered lifespan does not change. The latter is
 * shared by Redis, so other nodes and a later start know it.
 */
public final class MaxAccessTokenLifespan {

  private static final int KEPT_SECONDS = 60;

  /** By how much a shared expiry is rounded up, so that it is not written with every token. */
  private static final int SHARED_AHEAD_SECONDS = 60;

  /** How often it is looked for what other nodes have observed. */
  private static final int READ_SECONDS = 10;

  /** Who issues or revokes nothing for so long is not asked about any more. */
  private static final int IDLE_SECONDS = 3600;

  /** Requests that had read a session before it was removed are over by then. */
  private static final long RACES_SECONDS = 3600;

  private final Map<String, Configured> configuredByRealm = new ConcurrentHashMap<>();
  private final Map<String, Latest> latestByRealm = new ConcurrentHashMap<>();

  MaxAccessTokenLifespan() {}

  /** That of this node. */
  public static MaxAccessTokenLifespan of(KeycloakSession session) {
    return RevocationOutbox.of(session.getKeycloakSessionFactory()).lifespans();
  }

  /** To be called for each access token that is issued. It only compares two numbers. */
  public void observe(RealmModel realm, long lifespanSeconds) {
    latestIn(realm.getId()).raise(Time.currentTime() + lifespanSeconds);
  }

  /** When the last access token of a realm has expired, seconds since the epoch. */
  public long latestExpiry(KeycloakSession session, RealmModel realm) {
    Latest latest = latestIn(realm.getId());
    latest.use();
    if (!latest.isShared()) {
      try {
        RedisConnection.blacklistOf(session)
            .ifPresent(shared -> latest.share(realm.getId(), shared));
      } catch (StoreUnavailableException unavailable) {
        // Counted where it was thrown; shared in the background when Redis is available.
      }
    }
    return Math.max(latest.expiresAt(), Time.currentTime() + (long) configured(session, realm));
  }

  /**
   * Until when the revocation of a session matters, seconds since the epoch. Keycloak has removed
   * the session, so the access tokens are what is left.
   */
  public long retainSession(KeycloakSession session, RealmModel realm, long decided) {
    return Math.max(decided + RACES_SECONDS, latestExpiry(session, realm) + 1);
  }

  /**
   * Until when the revocation of a family matters, seconds since the epoch. Keycloak goes on
   * knowing the session, so only the mark refuses the family's tokens.
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

  /** Shares what was observed, and takes what other nodes have observed. */
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
      // Counted where it was thrown; tried again.
    }
  }

  private Latest latestIn(String realmId) {
    Latest known = latestByRealm.get(realmId);
    return known != null ? known : latestByRealm.computeIfAbsent(realmId, id -> new Latest());
  }

  /** Seconds. Going over all clients is too much for each logout. */
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

  /** -1 stands for the rest of the session. */
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

  /** What is known of one realm. */
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
