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
 * The list of revoked tokens, in Redis and in Keycloak's own one. Introspection, userinfo, the
 * admin and account REST and token exchange ask it; action tokens are used up by it.
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
   * Both are asked, and each is atomic: of all that put the same id at once, on whatever node, one
   * at most gets that it was the first. Without Redis Keycloak's own answer counts.
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

  /** Keycloak's own list is in memory, so it is asked first. Both never throw: that were a 500. */
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
      // Counted where it was thrown.
      RevokedTokenUseDetector.doWithout(session);
      return false;
    }
  }
}
