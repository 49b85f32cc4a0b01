package dev.tokenguard.keycloak.revocation;

import dev.tokenguard.keycloak.incident.RevokedTokenUseDetector;
import dev.tokenguard.revocation.Reason;
import dev.tokenguard.revocation.RevocationList;
import dev.tokenguard.revocation.RevocationList.Entry;
import dev.tokenguard.rotation.StoreUnavailableException;
import java.util.List;
import org.keycloak.common.util.Time;
import org.keycloak.models.KeycloakSession;

/**
 * The list of revoked tokens, in Redis and in Keycloak's own list. Introspection, userinfo, the
 * admin and account REST APIs and token exchange read it; used action tokens are added to it.
 */
final class RedisRevokedTokenList implements RevokedTokenList {

  private final KeycloakSession session;
  private final RevokedTokenList builtIn;
  private final RevocationList blacklist;
  private final RevocationOutbox outbox;

  RedisRevokedTokenList(
      KeycloakSession session,
      RevokedTokenList builtIn,
      RevocationList blacklist,
      RevocationOutbox outbox) {
    this.session = session;
    this.builtIn = builtIn;
    this.blacklist = blacklist;
    this.outbox = outbox;
  }

  /**
   * Adds to both lists, each atomically: of concurrent calls with the same id on all nodes, at most
   * one returns true. During an outage of Redis, the result of Keycloak's own list applies.
   */
  @Override
  public boolean put(String id, long lifespanSeconds) {
    boolean isFirst = builtIn.put(id, lifespanSeconds);
    Entry entry = Entry.ofAccessToken(id, Reason.REVOKED, Time.currentTime() + lifespanSeconds);
    try {
      return blacklist.add(entry) && isFirst;
    } catch (StoreUnavailableException unavailable) {
      outbox.keep(new Delivery.OfEntries(List.of(entry)));
      return isFirst;
    }
  }

  /** Reads Keycloak's own list first, which is in memory. Does not throw: that would be a 500. */
  @Override
  public boolean contains(String id) {
    boolean isRevoked = builtIn.contains(id) || isOnBlacklist(id);
    if (isRevoked) {
      RevokedTokenUseDetector.ofAccessToken(session, id);
    }
    return isRevoked;
  }

  private boolean isOnBlacklist(String id) {
    try {
      return blacklist.reasonFor(id).isPresent();
    } catch (StoreUnavailableException unavailable) {
      // The connection has counted and logged it.
      RevokedTokenUseDetector.doWithout(session);
      return false;
    }
  }
}
