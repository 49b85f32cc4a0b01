package dev.tokenguard.keycloak.revocation;

import dev.tokenguard.keycloak.revocation.RevocationOutbox.Delivery;
import dev.tokenguard.revocation.BulkRevocation;
import dev.tokenguard.revocation.Revocation;
import dev.tokenguard.revocation.Revocation.Reason;
import dev.tokenguard.revocation.RevocationList.Entry;
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
 * Reads Keycloak's own list of revoked tokens from the database when a node starts: pending
 * revocations, unfinished bulk revocations, and revoked sessions and tokens. All of them are
 * recorded in Redis, which may have lost data or be another one than before. Later sessions are not
 * affected.
 */
final class StartupRecovery {

  private static final int ENTRIES_AT_ONCE = 1000;

  private final List<Entry> entries = new ArrayList<>();
  private final Set<String> texts = new HashSet<>();

  /**
   * @param session the session in which Keycloak starts
   */
  StartupRecovery(KeycloakSession session) {
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
    String text = revoked.tokenId();
    if (!Revocation.Pending.isText(text)) {
      entries.add(Entry.ofAccessToken(text, Reason.REVOKED, revoked.expiry()));
    } else {
      Entry.of(text).ifPresentOrElse(entries::add, () -> texts.add(text));
    }
  }

  List<Delivery> deliveries() {
    List<Delivery> deliveries = new ArrayList<>();
    texts.stream()
        .flatMap(text -> Revocation.Pending.of(text).stream())
        .map(RevocationPropagation::again)
        .forEach(deliveries::add);
    for (int at = 0; at < entries.size(); at += ENTRIES_AT_ONCE) {
      deliveries.add(
          new Delivery.OfEntries(
              List.copyOf(entries.subList(at, Math.min(entries.size(), at + ENTRIES_AT_ONCE)))));
    }
    return deliveries;
  }

  List<BulkRevocation> unfinished() {
    return BulkRevocation.unfinished(texts);
  }
}
