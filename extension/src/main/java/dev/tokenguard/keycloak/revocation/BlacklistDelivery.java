package dev.tokenguard.keycloak.revocation;

import dev.tokenguard.keycloak.connection.RedisConnection;
import dev.tokenguard.revocation.BlacklistEntry;
import java.util.List;
import org.keycloak.models.KeycloakSessionFactory;
import org.keycloak.models.utils.KeycloakModelUtils;

/** Access tokens that are on Keycloak's own list already, which outlives a restart. */
record BlacklistDelivery(List<? extends BlacklistEntry> entries) implements Delivery {

  @Override
  public void deliver(KeycloakSessionFactory factory) {
    KeycloakModelUtils.runJobInTransaction(
        factory,
        session -> RedisConnection.blacklistOf(session).ifPresent(list -> list.addAll(entries)));
  }

  @Override
  public long until() {
    return entries.stream().mapToLong(BlacklistEntry::expiresAt).max().orElse(0);
  }

  @Override
  public List<String> texts() {
    return List.of();
  }
}
