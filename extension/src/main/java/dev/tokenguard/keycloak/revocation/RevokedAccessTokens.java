package dev.tokenguard.keycloak.revocation;

import dev.tokenguard.keycloak.connection.RedisConnection;
import dev.tokenguard.revocation.Blacklist;
import dev.tokenguard.revocation.BlacklistEntry.OfAccessToken;
import dev.tokenguard.revocation.Reason;
import dev.tokenguard.rotation.AccessTokens;
import dev.tokenguard.rotation.StoreUnavailableException;
import java.util.List;
import java.util.Optional;
import org.keycloak.common.util.Time;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RevokedTokenProvider;

/** Puts the access tokens of families on the blacklist and on Keycloak's own list. */
public final class RevokedAccessTokens {

  /** How many are written at once. */
  private static final int PAGE = 500;

  private final KeycloakSession session;
  private final Reason reason;

  public RevokedAccessTokens(KeycloakSession session, Reason reason) {
    this.session = session;
    this.reason = reason;
  }

  /**
   * Lists them until the last one has expired. During an outage of Redis Keycloak refuses them all
   * the same, and it is recorded for resource servers afterwards.
   */
  public void add(AccessTokens tokens) {
    addAll(tokens.ids(), tokens.expiresAt() + 1);
  }

  /**
   * Lists them page by page, until a second since the epoch.
   *
   * @return whether all are recorded in Redis; if not, that follows
   */
  public boolean addAll(List<String> ids, long expiresAt) {
    boolean isRecorded = true;
    for (int at = 0; at < ids.size(); at += PAGE) {
      List<String> page = ids.subList(at, Math.min(ids.size(), at + PAGE));
      isRecorded &= addAll(page, expiresAt, expiresAt - Time.currentTime());
    }
    return isRecorded;
  }

  /**
   * Lists one, until a second since the epoch that lies ahead.
   *
   * @return whether it is recorded in Redis; if not, that follows
   */
  public boolean add(String id, long expiresAt) {
    return addAll(List.of(id), expiresAt, expiresAt - Time.currentTime());
  }

  /**
   * Whether Keycloak's own list has it, the only one that has what was revoked before Redis was
   * configured.
   */
  public static boolean isOnListOfKeycloak(KeycloakSession session, String id) {
    return BuiltInRevokedTokens.of(session).contains(id);
  }

  private boolean addAll(List<String> ids, long expiresAt, long lifespan) {
    if (lifespan > 0) {
      RevokedTokenProvider builtIn = BuiltInRevokedTokens.of(session);
      ids.forEach(id -> builtIn.put(id, lifespan));
    }
    // Whether they have expired is for Redis to say: the clock of this node may be ahead.
    List<OfAccessToken> entries =
        ids.stream().map(id -> new OfAccessToken(id, reason, expiresAt)).toList();
    Optional<Blacklist> blacklist = RedisConnection.blacklistOf(session);
    try {
      blacklist.ifPresent(list -> list.addAll(entries));
      return true;
    } catch (StoreUnavailableException unavailable) {
      RevocationOutbox.of(session.getKeycloakSessionFactory()).keep(new BlacklistDelivery(entries));
      return false;
    }
  }
}
