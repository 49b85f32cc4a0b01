package dev.tokenguard.keycloak.events;

import dev.tokenguard.keycloak.connection.RedisConnection;
import java.util.Set;
import org.keycloak.Config;
import org.keycloak.events.EventListenerProvider;
import org.keycloak.events.EventListenerProviderFactory;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.KeycloakSessionFactory;
import org.keycloak.provider.Provider;

/** Offers the listener in Realm settings, Events. */
public final class RevocationListenerFactory implements EventListenerProviderFactory {

  @Override
  public String getId() {
    return "redis-token-blacklist";
  }

  @Override
  public Set<Class<? extends Provider>> dependsOn() {
    return Set.of(RedisConnection.class);
  }

  @Override
  public EventListenerProvider create(KeycloakSession session) {
    return new RevocationListener(session);
  }

  @Override
  public void init(Config.Scope config) {
    // All settings are those of the connection.
  }

  @Override
  public void postInit(KeycloakSessionFactory factory) {
    // Nothing to prepare.
  }

  @Override
  public void close() {
    // Nothing to release.
  }
}
