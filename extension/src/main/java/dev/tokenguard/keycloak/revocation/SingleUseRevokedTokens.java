package dev.tokenguard.keycloak.revocation;

import java.util.Comparator;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.KeycloakSessionFactory;
import org.keycloak.models.SingleUseObjectProvider;
import org.keycloak.provider.ProviderFactory;

/** Revoked tokens in the SPI {@code singleUseObject}, up to Keycloak 26.6. */
public final class SingleUseRevokedTokens implements RevokedTokenList.Spi {

  @Override
  public RevokedTokenList builtIn(KeycloakSession session) {
    return new BuiltIn(session, builtInProvider(session));
  }

  @Override
  public Optional<RedisRevokedTokens> registered(KeycloakSessionFactory factory) {
    return Optional.ofNullable(
            (GuardedSingleUseObjectsFactory)
                factory.getProviderFactory(SingleUseObjectProvider.class, RedisRevokedTokens.ID))
        .map(GuardedSingleUseObjectsFactory::revokedTokens);
  }

  static SingleUseObjectProvider builtInProvider(KeycloakSession session) {
    String id =
        session
            .getKeycloakSessionFactory()
            .getProviderFactoriesStream(SingleUseObjectProvider.class)
            .filter(factory -> !factory.getId().equals(RedisRevokedTokens.ID))
            .max(Comparator.comparingInt(ProviderFactory::order))
            .orElseThrow(() -> new IllegalStateException("Keycloak has no single-use objects"))
            .getId();
    return session.getProvider(SingleUseObjectProvider.class, id);
  }

  /** Keycloak's own list. An added id is on it after the commit of the transaction. */
  static final class BuiltIn implements RevokedTokenList {

    private static final String ATTRIBUTE = BuiltIn.class.getName();

    private final KeycloakSession session;
    private final SingleUseObjectProvider objects;

    BuiltIn(KeycloakSession session, SingleUseObjectProvider objects) {
      this.session = session;
      this.objects = objects;
    }

    @Override
    public boolean put(String id, long lifespanSeconds) {
      if (objects.contains(key(id))) {
        return false;
      }
      // Keycloak throws if a transaction adds the same key twice.
      boolean isFirst = putInSession().add(id);
      if (isFirst) {
        objects.put(key(id), lifespanSeconds, Map.of());
      }
      return isFirst;
    }

    @Override
    public boolean contains(String id) {
      return objects.contains(key(id));
    }

    @SuppressWarnings("unchecked")
    private Set<String> putInSession() {
      Set<String> ids = session.getAttribute(ATTRIBUTE, Set.class);
      if (ids == null) {
        ids = new HashSet<>();
        session.setAttribute(ATTRIBUTE, ids);
      }
      return ids;
    }

    private static String key(String id) {
      return id + SingleUseObjectProvider.REVOKED_KEY;
    }
  }
}
