package dev.tokenguard.keycloak.revocation;

import dev.tokenguard.blacklist.Blacklist;
import dev.tokenguard.blacklist.BlacklistEntry;
import dev.tokenguard.blacklist.WideRevocation;
import dev.tokenguard.keycloak.OwnTransaction;
import dev.tokenguard.keycloak.connection.RedisConnection;
import dev.tokenguard.rotation.StoreUnavailableException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.KeycloakSessionFactory;
import org.keycloak.models.RealmModel;

/**
 * Tells resource servers of all users of a realm before the answer goes out. It is quick; and once
 * the sessions are gone from Keycloak, nobody could tell them after a stop.
 */
record WideBlacklisting(KeycloakSessionFactory factory, RealmModel realm, WideRevocation wide) {

  private static final int AT_ONCE = 1000;

  void of(Map<String, Set<String>> sessionsByUser) {
    try {
      OwnTransaction.in(
          factory,
          realm,
          own -> {
            RedisConnection.blacklistOf(own).ifPresent(list -> tell(own, list, sessionsByUser));
            return null;
          });
    } catch (StoreUnavailableException unavailable) {
      // Counted where it was thrown; the revocation of each user waits for Redis.
    }
  }

  private void tell(
      KeycloakSession own, Blacklist blacklist, Map<String, Set<String>> sessionsByUser) {
    NamedByBlacklist named = new NamedByBlacklist(own, wide.reason());
    List<BlacklistEntry> entries = new ArrayList<>();
    sessionsByUser.forEach(
        (userId, sessions) -> {
          named.ofUser(userId, sessions, wide.decided()).forEach(entries::add);
          if (entries.size() >= AT_ONCE) {
            blacklist.addAll(entries);
            entries.clear();
          }
        });
    blacklist.addAll(entries);
  }
}
