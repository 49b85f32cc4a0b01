package dev.tokenguard.keycloak.revocation;

import dev.tokenguard.blacklist.Blacklist;
import dev.tokenguard.blacklist.BlacklistEntry.OfAccessToken;
import dev.tokenguard.blacklist.Reason;
import dev.tokenguard.rotation.StoreUnavailableException;
import org.keycloak.common.util.Time;
import org.keycloak.models.RevokedTokenProvider;

/**
 * The list of revoked tokens, in Redis and in Keycloak's own one. Introspection, userinfo, the
 * admin and account REST and token exchange ask it; action tokens are used up by it.
 */
final class RedisRevokedTokenProvider implements RevokedTokenProvider {

  private final RevokedTokenProvider stock;
  private final Blacklist blacklist;
  private final DeliveryQueue queue;

  RedisRevokedTokenProvider(RevokedTokenProvider stock, Blacklist blacklist, DeliveryQueue queue) {
    this.stock = stock;
    this.blacklist = blacklist;
    this.queue = queue;
  }

  /**
   * Both are asked, and each is atomic: of all that put the same id at once, on whatever node, one
   * at most is told that it was the first. Without Redis Keycloak's own answer counts.
   */
  @Override
  public boolean put(String id, long lifespanSeconds) {
    boolean isFirst = stock.put(id, lifespanSeconds);
    OfAccessToken entry =
        new OfAccessToken(id, Reason.REVOKED, Time.currentTime() + lifespanSeconds);
    try {
      return blacklist.add(entry) && isFirst;
    } catch (StoreUnavailableException unavailable) {
      queue.keep(new EntryDelivery(entry));
      return isFirst;
    }
  }

  /** Keycloak's own list is in memory, so it is asked first. */
  @Override
  public boolean contains(String id) {
    try {
      return stock.contains(id) || blacklist.reasonFor(id).isPresent();
    } catch (StoreUnavailableException unavailable) {
      // Counted where it was thrown. A list that throws would make userinfo a 500.
      return false;
    }
  }

  @Override
  public void close() {
    // Nothing to release.
  }
}
