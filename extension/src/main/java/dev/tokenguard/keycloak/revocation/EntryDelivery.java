package dev.tokenguard.keycloak.revocation;

import dev.tokenguard.blacklist.BlacklistEntry;
import dev.tokenguard.keycloak.connection.RedisConnection;
import java.util.List;
import org.keycloak.models.KeycloakSessionFactory;
import org.keycloak.models.utils.KeycloakModelUtils;

/** An access token that Keycloak's own list has already, which outlives a restart. */
record EntryDelivery(BlacklistEntry entry) implements Delivery {

  @Override
  public void deliver(KeycloakSessionFactory factory) {
    KeycloakModelUtils.runJobInTransaction(
        factory,
        session -> RedisConnection.blacklistOf(session).ifPresent(list -> list.add(entry)));
  }

  @Override
  public long until() {
    return entry.expiresAt();
  }

  @Override
  public List<String> texts() {
    return List.of();
  }
}
