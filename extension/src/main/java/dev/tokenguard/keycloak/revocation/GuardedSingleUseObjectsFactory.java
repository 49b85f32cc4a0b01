package dev.tokenguard.keycloak.revocation;

import dev.tokenguard.keycloak.connection.RedisConnection;
import dev.tokenguard.keycloak.support.KeycloakCapability;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.keycloak.Config;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.KeycloakSessionFactory;
import org.keycloak.models.SingleUseObjectProvider;
import org.keycloak.models.SingleUseObjectProviderFactory;
import org.keycloak.provider.EnvironmentDependentProviderFactory;
import org.keycloak.provider.Provider;
import org.keycloak.provider.ProviderConfigProperty;
import org.keycloak.provider.ProviderFactory;
import org.keycloak.provider.ServerInfoAwareProviderFactory;

/**
 * Replaces the provider of single-use objects up to Keycloak 26.6. Without Redis it provides the
 * built-in one.
 */
public final class GuardedSingleUseObjectsFactory
    implements SingleUseObjectProviderFactory<SingleUseObjectProvider>,
        EnvironmentDependentProviderFactory,
        ServerInfoAwareProviderFactory {

  private RedisRevokedTokens revokedTokens;

  @Override
  public String getId() {
    return RedisRevokedTokens.ID;
  }

  @Override
  public int order() {
    return RedisRevokedTokens.ABOVE_BUILT_IN;
  }

  /** From 26.7 on, revoked tokens have an SPI of their own. */
  @Override
  public boolean isSupported(Config.Scope config) {
    return !KeycloakCapability.REVOKED_TOKENS.isAvailable();
  }

  @Override
  public Set<Class<? extends Provider>> dependsOn() {
    return Set.of(RedisConnection.class);
  }

  @Override
  public void init(Config.Scope config) {
    revokedTokens = new RedisRevokedTokens("single-use-object", config);
  }

  @Override
  public void postInit(KeycloakSessionFactory factory) {
    revokedTokens.register(factory);
  }

  @Override
  public SingleUseObjectProvider create(KeycloakSession session) {
    SingleUseObjectProvider builtIn = builtInProvider(session);
    return revokedTokens
        .listOf(session, new BuiltIn(session, builtIn))
        .<SingleUseObjectProvider>map(list -> new GuardedSingleUseObjects(builtIn, list))
        .orElse(builtIn);
  }

  @Override
  public Map<String, String> getOperationalInfo() {
    return revokedTokens.operationalInfo();
  }

  @Override
  public List<ProviderConfigProperty> getConfigMetadata() {
    return revokedTokens.configProperties();
  }

  @Override
  public void close() {
    // Keycloak stops the timer.
  }

  RedisRevokedTokens revokedTokens() {
    return revokedTokens;
  }

  /**
   * Keycloak's single-use objects; those of revoked tokens are also in Redis. All others (codes,
   * pushed requests, device codes, proofs of possession, action tokens, the lock of a refresh) are
   * delegated.
   */
  static final class GuardedSingleUseObjects implements SingleUseObjectProvider {

    private final SingleUseObjectProvider builtIn;
    private final RevokedTokenList revoked;

    /**
     * @param revoked the list of revoked tokens in {@code builtIn} and in Redis
     */
    GuardedSingleUseObjects(SingleUseObjectProvider builtIn, RevokedTokenList revoked) {
      this.builtIn = builtIn;
      this.revoked = revoked;
    }

    @Override
    public void put(String key, long lifespanSeconds, Map<String, String> notes) {
      if (isRevokedToken(key)) {
        revoked.put(tokenId(key), lifespanSeconds);
      } else {
        builtIn.put(key, lifespanSeconds, notes);
      }
    }

    @Override
    public boolean contains(String key) {
      return isRevokedToken(key) ? revoked.contains(tokenId(key)) : builtIn.contains(key);
    }

    @Override
    public boolean putIfAbsent(String key, long lifespanSeconds) {
      return builtIn.putIfAbsent(key, lifespanSeconds);
    }

    @Override
    public Map<String, String> get(String key) {
      return builtIn.get(key);
    }

    @Override
    public Map<String, String> remove(String key) {
      return builtIn.remove(key);
    }

    @Override
    public boolean replace(String key, Map<String, String> notes) {
      return builtIn.replace(key, notes);
    }

    @Override
    public void close() {
      // Keycloak closes the built-in provider.
    }

    private static boolean isRevokedToken(String key) {
      return key.endsWith(REVOKED_KEY);
    }

    private static String tokenId(String key) {
      return key.substring(0, key.length() - REVOKED_KEY.length());
    }
  }

  private static SingleUseObjectProvider builtInProvider(KeycloakSession session) {
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

  /** Revoked tokens in the SPI {@code singleUseObject}, up to Keycloak 26.6. */
  static final class ListOfKeycloak implements RevokedTokenList.Spi {

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
