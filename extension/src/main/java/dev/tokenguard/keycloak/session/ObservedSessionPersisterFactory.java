package dev.tokenguard.keycloak.session;

import dev.tokenguard.keycloak.connection.RedisConnection;
import dev.tokenguard.keycloak.events.RevocationListenerFactory;
import java.util.Comparator;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.keycloak.Config;
import org.keycloak.events.EventListenerProvider;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.KeycloakSessionFactory;
import org.keycloak.models.session.UserSessionPersisterProvider;
import org.keycloak.models.session.UserSessionPersisterProviderFactory;
import org.keycloak.provider.Provider;
import org.keycloak.provider.ProviderFactory;

/**
 * Replaces Keycloak's persister of sessions by one that observes removals and delegates to it.
 * Without Redis it provides the built-in persister.
 */
public final class ObservedSessionPersisterFactory implements UserSessionPersisterProviderFactory {

  private static final String ID = "token-guard";

  /** The order of the built-in persister is 100. */
  private static final int ABOVE_BUILT_IN = 1000;

  private volatile @Nullable String builtIn;

  @Override
  public String getId() {
    return ID;
  }

  @Override
  public int order() {
    return ABOVE_BUILT_IN;
  }

  @Override
  public Set<Class<? extends Provider>> dependsOn() {
    return Set.of(RedisConnection.class);
  }

  @Override
  public void init(Config.Scope config) {
    // There are no settings.
  }

  @Override
  public void postInit(KeycloakSessionFactory factory) {
    // The built-in factory is found on first use, which can be before this call.
  }

  @Override
  public UserSessionPersisterProvider create(KeycloakSession session) {
    KeycloakSessionFactory factory = session.getKeycloakSessionFactory();
    UserSessionPersisterProvider delegate =
        session.getProvider(UserSessionPersisterProvider.class, builtIn(factory));
    if (RedisConnection.blacklistOf(session).isEmpty()) {
      return delegate;
    }
    RevocationListenerFactory listener =
        (RevocationListenerFactory)
            factory.getProviderFactory(EventListenerProvider.class, RevocationListenerFactory.ID);
    return listener == null
        ? delegate
        : SessionRemovals.observed(
            session, delegate, (realm, removed) -> listener.isOn(realm, removed.trigger()));
  }

  private String builtIn(KeycloakSessionFactory factory) {
    String known = builtIn;
    if (known == null) {
      known =
          factory
              .getProviderFactoriesStream(UserSessionPersisterProvider.class)
              .filter(other -> !other.getId().equals(ID))
              .max(Comparator.comparingInt(ProviderFactory::order))
              .orElseThrow(() -> new IllegalStateException("Keycloak has no persister of sessions"))
              .getId();
      builtIn = known;
    }
    return known;
  }

  @Override
  public void close() {
    // Nothing to release.
  }
}
