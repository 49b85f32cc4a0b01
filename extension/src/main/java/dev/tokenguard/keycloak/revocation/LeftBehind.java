package dev.tokenguard.keycloak.revocation;

import dev.tokenguard.blacklist.BlacklistEntry.OfAccessToken;
import dev.tokenguard.blacklist.PendingRevocation;
import dev.tokenguard.blacklist.Reason;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.keycloak.common.util.Time;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.session.RevokedToken;
import org.keycloak.models.session.RevokedTokenPersisterProvider;

/**
 * What Keycloak's own list has in the database when a node starts: what an earlier run could not
 * tell Redis, and the revoked tokens themselves. Redis is told all of it; it may be another one
 * than before, or have lost what it knew.
 */
final class LeftBehind {

  private LeftBehind() {}

  static List<Delivery> in(KeycloakSession session) {
    RevokedTokenPersisterProvider persister =
        session.getProvider(RevokedTokenPersisterProvider.class);
    List<Delivery> found = new ArrayList<>();
    if (persister == null) {
      return found;
    }
    List<OfAccessToken> tokens = new ArrayList<>();
    try (Stream<RevokedToken> persisted = persister.getAllRevokedTokens()) {
      persisted
          .filter(it -> it.expiry() > Time.currentTime())
          .forEach(
              it -> {
                if (PendingRevocation.isText(it.tokenId())) {
                  PendingRevocation.of(it.tokenId())
                      .map(CommittedRevocation::new)
                      .ifPresent(found::add);
                } else {
                  tokens.add(new OfAccessToken(it.tokenId(), Reason.REVOKED, it.expiry()));
                }
              });
    }
    if (!tokens.isEmpty()) {
      found.add(new EntriesDelivery(tokens));
    }
    return found;
  }
}
