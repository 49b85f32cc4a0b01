package dev.tokenguard.keycloak.revocation;

import dev.tokenguard.keycloak.revocation.RevocationOutbox.Delivery;
import dev.tokenguard.revocation.BulkRevocation;
import dev.tokenguard.revocation.Revocation;
import dev.tokenguard.revocation.Revocation.Reason;
import dev.tokenguard.revocation.RevocationList.Entry;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.keycloak.common.util.Time;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.session.RevokedToken;
import org.keycloak.models.session.RevokedTokenPersisterProvider;

/**
 * Reads Keycloak's own list of revoked tokens from the database when a node starts, after a data
 * loss of Redis and after an overflow of the outbox: pending revocations, unfinished bulk
 * revocations, and revoked sessions and tokens. All of them are recorded in Redis, which may have
 * lost data or be another one than before. Later sessions are not affected.
 *
 * <p>Keycloak only offers to read the whole list, in no particular order. So each page reads it
 * from the beginning and keeps the next ids in their order. This takes the memory of a page, and
 * what Hibernate and the JDBC driver hold of the result.
 *
 * @param last the last id of the pages that were read; empty at the beginning
 */
record StartupRecovery(String last) {

  private static final int ENTRIES_AT_ONCE = 1000;

  StartupRecovery() {
    this("");
  }

  /** The revocations that have begun and not ended. */
  static List<BulkRevocation> unfinished(KeycloakSession session) {
    try (Stream<String> ids = persisted(session).map(RevokedToken::tokenId)) {
      return BulkRevocation.unfinished(
          ids.filter(Revocation.Pending::isText)
              .filter(text -> Entry.of(text).isEmpty() && Revocation.Pending.of(text).isEmpty())
              .collect(Collectors.toSet()));
    }
  }

  /**
   * Reads the next page.
   *
   * @param limit the largest number of its ids
   */
  Page read(KeycloakSession session, int limit) {
    NavigableMap<String, Long> expiries = new TreeMap<>();
    try (Stream<RevokedToken> persisted = persisted(session)) {
      persisted
          .filter(it -> it.tokenId().compareTo(last) > 0)
          .forEach(
              it -> {
                expiries.put(it.tokenId(), it.expiry());
                if (expiries.size() > limit + 1) {
                  expiries.pollLastEntry();
                }
              });
    }
    if (expiries.size() <= limit) {
      return new Page(deliveries(expiries), Optional.empty());
    }
    expiries.pollLastEntry();
    return new Page(deliveries(expiries), Optional.of(new StartupRecovery(expiries.lastKey())));
  }

  private static Stream<RevokedToken> persisted(KeycloakSession session) {
    return Stream.ofNullable(session.getProvider(RevokedTokenPersisterProvider.class))
        .flatMap(RevokedTokenPersisterProvider::getAllRevokedTokens)
        .filter(it -> it.expiry() > Time.currentTime());
  }

  /** Entries come first: up to a thousand are one delivery, and resource servers read them. */
  private static List<Delivery> deliveries(NavigableMap<String, Long> expiries) {
    List<Entry> entries = new ArrayList<>();
    List<Delivery> revocations = new ArrayList<>();
    expiries.forEach(
        (id, expiry) -> {
          if (!Revocation.Pending.isText(id)) {
            entries.add(Entry.ofAccessToken(id, Reason.REVOKED, expiry));
          } else {
            Entry.of(id)
                .ifPresentOrElse(
                    entries::add,
                    () ->
                        Revocation.Pending.of(id)
                            .map(RevocationPropagation::again)
                            .ifPresent(revocations::add));
          }
        });
    List<Delivery> deliveries = new ArrayList<>();
    for (int at = 0; at < entries.size(); at += ENTRIES_AT_ONCE) {
      deliveries.add(
          new Delivery.OfEntries(
              entries.subList(at, Math.min(entries.size(), at + ENTRIES_AT_ONCE))));
    }
    deliveries.addAll(revocations);
    return deliveries;
  }

  /**
   * @param rest the recovery of what follows; empty after the last page
   */
  record Page(List<Delivery> deliveries, Optional<StartupRecovery> rest) {}
}
