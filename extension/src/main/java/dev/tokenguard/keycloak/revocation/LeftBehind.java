package dev.tokenguard.keycloak.revocation;

import dev.tokenguard.blacklist.BlacklistEntry.OfAccessToken;
import dev.tokenguard.blacklist.PendingRevocation;
import dev.tokenguard.blacklist.Reason;
import dev.tokenguard.blacklist.WideRevocation;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.keycloak.common.util.Time;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.session.RevokedToken;
import org.keycloak.models.session.RevokedTokenPersisterProvider;

/**
 * What Keycloak's own list has in the database when a node starts: what an earlier run could not
 * tell Redis, what it did not bring to its end, and the revoked tokens themselves. Redis is told
 * all of it; it may be another one than before, or have lost what it knew.
 */
final class LeftBehind {

  private final List<OfAccessToken> tokens = new ArrayList<>();
  private final Set<String> texts = new HashSet<>();

  /**
   * @param session of the start
   */
  LeftBehind(KeycloakSession session) {
    RevokedTokenPersisterProvider persister =
        session.getProvider(RevokedTokenPersisterProvider.class);
    if (persister == null) {
      return;
    }
    try (Stream<RevokedToken> persisted = persister.getAllRevokedTokens()) {
      persisted.filter(it -> it.expiry() > Time.currentTime()).forEach(this::add);
    }
  }

  private void add(RevokedToken revoked) {
    if (PendingRevocation.isText(revoked.tokenId())) {
      texts.add(revoked.tokenId());
    } else {
      tokens.add(new OfAccessToken(revoked.tokenId(), Reason.REVOKED, revoked.expiry()));
    }
  }

  List<Delivery> deliveries() {
    Stream<Delivery> revocations =
        texts.stream()
            .flatMap(it -> PendingRevocation.of(it).stream())
            .map(CommittedRevocation::new);
    Stream<Delivery> accessTokens =
        tokens.isEmpty() ? Stream.empty() : Stream.of(new EntriesDelivery(tokens));
    return Stream.concat(revocations, accessTokens).toList();
  }

  List<WideRevocation> unfinished() {
    return WideRevocation.unfinished(texts);
  }
}
