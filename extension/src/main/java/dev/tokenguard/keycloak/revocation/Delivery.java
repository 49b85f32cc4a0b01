package dev.tokenguard.keycloak.revocation;

import dev.tokenguard.keycloak.connection.RedisConnection;
import dev.tokenguard.revocation.RevocationList.Entry;
import java.util.List;
import org.keycloak.models.KeycloakSessionFactory;
import org.keycloak.models.utils.KeycloakModelUtils;

/**
 * Something that is committed in Keycloak and to be recorded in Redis. It concerns what began
 * before a time only, so it may be delivered twice, and late.
 */
interface Delivery {

  /**
   * @throws RuntimeException when it is not delivered, for whatever reason; it is then tried again
   */
  void deliver(KeycloakSessionFactory factory);

  /** The same for the next tries, when what has begun meanwhile is not meant. */
  default Delivery again() {
    return this;
  }

  /** Until when it matters, seconds since the epoch. */
  long until();

  /** By which it can be found again after a restart; see {@code PendingRevocation}. */
  List<String> texts();

  /** Entries that are on Keycloak's own list already, which outlives a restart. */
  record OfEntries(List<Entry> entries) implements Delivery {

    public OfEntries {
      entries = List.copyOf(entries);
    }

    @Override
    public void deliver(KeycloakSessionFactory factory) {
      KeycloakModelUtils.runJobInTransaction(
          factory,
          session -> RedisConnection.blacklistOf(session).ifPresent(list -> list.addAll(entries)));
    }

    @Override
    public long until() {
      return entries.stream().mapToLong(Entry::expiresAt).max().orElse(0);
    }

    @Override
    public List<String> texts() {
      return List.of();
    }
  }
}
