package dev.tokenguard.keycloak.revocation;

import dev.tokenguard.keycloak.connection.RedisConnection;
import dev.tokenguard.revocation.LatestExpiries;
import dev.tokenguard.rotation.StoreUnavailableException;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
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

  private static final Map<String, Configured> CONFIGURED = new ConcurrentHashMap<>();
  private static final Map<String, Latest> LATEST = new ConcurrentHashMap<>();

  private MaxAccessTokenLifespan() {}

  /** To be called for each access token that is issued. It only compares two numbers. */
  public static void observe(RealmModel realm, long lifespanSeconds) {
    of(realm.getId()).raise(Time.currentTime() + lifespanSeconds);
  }

  /** When the last access token of the realm has expired, seconds since the epoch. */
  public static long latestExpiry(KeycloakSession session, RealmModel realm) {
    Latest latest = of(realm.getId());
    latest.use();
    if (!latest.isShared()) {
      try {
        RedisConnection.latestExpiriesOf(session).ifPresent(shared -> latest.share(realm, shared));
      } catch (StoreUnavailableException unavailable) {
        // Counted where it was thrown; shared in the background when Redis is available.
      }
    }
    return Math.max(latest.expiresAt(), Time.currentTime() + (long) configured(session, realm));
  }

  /** Shares what was observed, and takes what other nodes have observed. */
  static void share(KeycloakSessionFactory factory) {
    int now = Time.currentTime();
    LATEST.values().removeIf(latest -> latest.isIdle(now));
    if (LATEST.isEmpty()) {
      return;
    }
    try {
      KeycloakModelUtils.runJobInTransaction(
          factory,
          session ->
              RedisConnection.latestExpiriesOf(session)
                  .ifPresent(shared -> LATEST.forEach((id, latest) -> latest.share(id, shared))));
    } catch (StoreUnavailableException unavailable) {
      // Counted where it was thrown; tried again.
    }
  }

  private static Latest of(String realmId) {
    Latest known = LATEST.get(realmId);
    return known != null ? known : LATEST.computeIfAbsent(realmId, id -> new Latest());
  }

  /** Seconds. Going over all clients is too much for each logout. */
  private static int configured(KeycloakSession session, RealmModel realm) {
    Configured kept = CONFIGURED.get(realm.getId());
    if (kept == null || kept.until() <= Time.currentTime()) {
      kept = new Configured(ofClients(session, realm), Time.currentTime() + KEPT_SECONDS);
      CONFIGURED.put(realm.getId(), kept);
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

    private void share(RealmModel realm, LatestExpiries shared) {
      share(realm.getId(), shared);
    }

    private void share(String realmId, LatestExpiries shared) {
      long known = expiresAt;
      int now = Time.currentTime();
      boolean isNews = known > sharedUntil && known > now;
      if (isShared && !isNews && readAt > now - READ_SECONDS) {
        return;
      }
      readAt = now;
      long stored =
          isNews ? shared.raise(realmId, known + SHARED_AHEAD_SECONDS) : shared.latest(realmId);
      sharedUntil = stored;
      raise(stored);
      isShared = true;
    }
  }
}
