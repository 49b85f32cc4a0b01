package dev.tokenguard.keycloak.revocation;

import dev.tokenguard.blacklist.BlacklistEntry.OfAccessToken;
import dev.tokenguard.blacklist.Reason;
import dev.tokenguard.keycloak.connection.RedisConnection;
import dev.tokenguard.rotation.AccessTokens;
import dev.tokenguard.rotation.StoreUnavailableException;
import java.util.List;
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
   * Lists them until the last one has expired; those already expired are left out. When Redis is
   * away Keycloak refuses them all the same, and resource servers learn of it later.
   */
  public void add(AccessTokens tokens) {
    long expiresAt = tokens.expiresAt() + 1;
    long lifespan = expiresAt - Time.currentTime();
    if (lifespan <= 0) {
      return;
    }
    RevokedTokenProvider stock = StockRevokedTokens.of(session);
    tokens.ids().forEach(id -> stock.put(id, lifespan));
    List<OfAccessToken> entries =
        tokens.ids().stream().map(id -> new OfAccessToken(id, reason, expiresAt)).toList();
    RedisConnection.blacklistOf(session)
        .ifPresent(
            list -> {
              try {
                list.addAll(entries);
              } catch (StoreUnavailableException unavailable) {
                DeliveryQueue.of(session.getKeycloakSessionFactory())
                    .keep(new EntriesDelivery(entries));
              }
            });
  }
}
