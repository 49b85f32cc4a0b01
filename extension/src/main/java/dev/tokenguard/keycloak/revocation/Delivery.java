package dev.tokenguard.keycloak.revocation;

import dev.tokenguard.keycloak.connection.RedisConnection;
import dev.tokenguard.revocation.RevocationList.Entry;
import java.util.List;
import org.keycloak.models.KeycloakSessionFactory;
import org.keycloak.models.utils.KeycloakModelUtils;

/**
 * A revocation that is committed in Keycloak and is to be recorded in Redis. It concerns only what
 * began before a time, so it can be delivered late, and more than once.
 */
interface Delivery {

  /**
   * Records it in Redis.
   *
   * @throws RuntimeException if it is not delivered; it is then retried
   */
  void deliver(KeycloakSessionFactory factory);

  /** The delivery for the next tries, which does not affect what has begun meanwhile. */
  default Delivery again() {
    return this;
  }

  /** The time from which no token that it covers can be valid, seconds since the epoch. */
  long until();

  /** The persisted form, see {@code Revocation.Pending}. */
  List<String> texts();

  /** Entries of the blacklist, which are persisted in Keycloak's own list already. */
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
