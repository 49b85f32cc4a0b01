package dev.tokenguard.keycloak.revocation;

import dev.tokenguard.blacklist.Blacklist;
import dev.tokenguard.blacklist.BlacklistEntry.OfAccessToken;
import dev.tokenguard.blacklist.Reason;
import dev.tokenguard.keycloak.connection.RedisConnection;
import dev.tokenguard.rotation.AccessTokens;
import dev.tokenguard.rotation.StoreUnavailableException;
import java.util.List;
import java.util.Optional;
import org.keycloak.common.util.Time;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RevokedTokenProvider;

/** Puts the access tokens of families on the blacklist and on Keycloak's own list. */
public final class RevokedAccessTokens {

  private final KeycloakSession session;
  private final Reason reason;

  public RevokedAccessTokens(KeycloakSession session, Reason reason) {
    this.session = session;
    this.reason = reason;
  }

  /**
   * Lists them until the last one has expired. When Redis is away Keycloak refuses them all the
   * same, and resource servers learn of it later.
   */
  public void add(AccessTokens tokens) {
    long expiresAt = tokens.expiresAt() + 1;
    addAll(tokens.ids(), expiresAt, expiresAt - Time.currentTime());
  }

  /**
   * Lists one, until a second since the epoch that lies ahead.
   *
   * @return whether Redis knows of it; if not, it is told as soon as it is back
   */
  public boolean add(String id, long expiresAt) {
    return addAll(List.of(id), expiresAt, expiresAt - Time.currentTime());
  }

  /** Whether Keycloak's own list has it, which is all that knows what was revoked before Redis. */
  public static boolean isOnListOfKeycloak(KeycloakSession session, String id) {
    return StockRevokedTokens.of(session).contains(id);
  }

  private boolean addAll(List<String> ids, long expiresAt, long lifespan) {
    if (lifespan > 0) {
      RevokedTokenProvider stock = StockRevokedTokens.of(session);
      ids.forEach(id -> stock.put(id, lifespan));
    }
    // Whether they have expired is for Redis to say: the clock of this node may be ahead.
    List<OfAccessToken> entries =
        ids.stream().map(id -> new OfAccessToken(id, reason, expiresAt)).toList();
    Optional<Blacklist> blacklist = RedisConnection.blacklistOf(session);
    try {
      blacklist.ifPresent(list -> list.addAll(entries));
      return true;
    } catch (StoreUnavailableException unavailable) {
      DeliveryQueue.of(session.getKeycloakSessionFactory()).keep(new EntriesDelivery(entries));
      return false;
    }
  }
}
