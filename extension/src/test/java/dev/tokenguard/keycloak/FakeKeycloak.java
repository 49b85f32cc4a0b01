package dev.tokenguard.keycloak;

import dev.tokenguard.keycloak.connection.RedisConnection;
import dev.tokenguard.keycloak.revocation.GuardedSingleUseObjectsFactory;
import dev.tokenguard.revocation.RevocationList;
import dev.tokenguard.revocation.RevocationList.Entry;
import dev.tokenguard.rotation.FamilyStore;
import dev.tokenguard.rotation.StoreUnavailableException;
import dev.tokenguard.rotation.contract.InMemoryFamilyStore;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.keycloak.Config;
import org.keycloak.executors.ExecutorsProvider;
import org.keycloak.models.ClientProvider;
import org.keycloak.models.KeycloakContext;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.KeycloakSessionFactory;
import org.keycloak.models.KeycloakTransaction;
import org.keycloak.models.KeycloakTransactionManager;
import org.keycloak.models.RealmModel;
import org.keycloak.models.RealmProvider;
import org.keycloak.models.SingleUseObjectProvider;
import org.keycloak.models.SingleUseObjectProviderFactory;
import org.keycloak.models.UserProvider;
import org.keycloak.models.UserSessionProvider;
import org.keycloak.models.utils.PostMigrationEvent;
import org.keycloak.provider.ProviderEventListener;
import org.keycloak.timer.TimerProvider;

/**
 * A node with one realm that has no users, clients and sessions. What it runs in the background, it
 * runs at once.
 */
public final class FakeKeycloak {

  public final RealmModel realm =
      Fake.of(RealmModel.class, Map.of("getId", "realm-id", "getName", "realm"));

  /** What the blacklist in Redis has recorded. */
  public final List<Entry> blacklist = new ArrayList<>();

  /** The ids on Keycloak's own list. */
  public final List<String> ownList = new ArrayList<>();

  /** Called with the id of each user that is read; a test that throws makes the read fail. */
  public Consumer<String> onReadUser = id -> {};

  public Runnable onReadClients = () -> {};
  public boolean isRedisAvailable = true;
  public boolean isRealmRemoved;

  private final GuardedSingleUseObjectsFactory revokedTokens = new GuardedSingleUseObjectsFactory();
  private final Map<Class<?>, Object> providers = new HashMap<>();
  private final List<KeycloakTransaction> afterCompletion = new ArrayList<>();
  private final KeycloakSessionFactory factory;
  private Runnable tick = () -> {};

  public FakeKeycloak() {
    List<ProviderEventListener> listeners = new ArrayList<>();
    factory =
        Fake.of(
            KeycloakSessionFactory.class,
            (self, method, arguments) ->
                switch (method.getName()) {
                  case "create" -> session();
                  case "register" -> listeners.add((ProviderEventListener) arguments[0]);
                  case "getProviderFactory" -> revokedTokens;
                  case "getProviderFactoriesStream" ->
                      Stream.of(
                          Fake.of(
                              SingleUseObjectProviderFactory.class, Map.of("getId", "built-in")));
                  default -> Fake.nothing(method.getReturnType());
                });
    providers.put(RedisConnection.class, redis());
    providers.put(ExecutorsProvider.class, executors());
    providers.put(
        TimerProvider.class,
        Fake.of(TimerProvider.class, (self, method, arguments) -> tick = (Runnable) arguments[0]));
    providers.put(
        SingleUseObjectProvider.class,
        Fake.of(
            SingleUseObjectProvider.class,
            (self, method, arguments) ->
                method.getName().equals("put")
                    ? ownList.add((String) arguments[0])
                    : Fake.nothing(method.getReturnType())));
    revokedTokens.init(Config.scope());
    revokedTokens.postInit(factory);
    listeners.forEach(it -> it.onEvent(new PostMigrationEvent(factory)));
  }

  private RedisConnection redis() {
    RevocationList list =
        Fake.of(
            RevocationList.class,
            (self, method, arguments) -> {
              if (!isRedisAvailable) {
                throw new StoreUnavailableException("an outage");
              }
              return switch (method.getName()) {
                case "addAll" -> blacklist.addAll(entries(arguments[0]));
                case "reasonFor" -> Optional.empty();
                default -> Fake.nothing(method.getReturnType());
              };
            });
    FamilyStore families = new InMemoryFamilyStore(Clock.systemUTC());
    return Fake.of(
        RedisConnection.class,
        Map.of("blacklist", Optional.of(list), "families", Optional.of(families)));
  }

  @SuppressWarnings("unchecked")
  private static List<Entry> entries(Object argument) {
    return (List<Entry>) argument;
  }

  private static ExecutorsProvider executors() {
    ExecutorService atOnce =
        Fake.of(
            ExecutorService.class,
            (self, method, arguments) -> {
              ((Runnable) arguments[0]).run();
              return null;
            });
    return Fake.of(ExecutorsProvider.class, Map.of("getExecutor", atOnce));
  }

  /** A session with its own attributes, in a transaction that {@link #commit} completes. */
  public KeycloakSession session() {
    Map<Object, Object> attributes = new HashMap<>();
    KeycloakContext context = context();
    return Fake.of(
        KeycloakSession.class,
        (self, method, arguments) ->
            switch (method.getName()) {
              case "getKeycloakSessionFactory" -> factory;
              case "getContext" -> context;
              case "getTransactionManager" -> transactions();
              case "getAttribute" -> attributes.get(arguments[0]);
              case "setAttribute" -> attributes.put(arguments[0], arguments[1]);
              case "getProvider" -> providers.get(arguments[0]);
              case "realms" -> realms();
              case "users" -> users();
              case "clients" -> clients();
              case "sessions" -> Fake.of(UserSessionProvider.class, Map.of());
              default -> Fake.nothing(method.getReturnType());
            });
  }

  private static KeycloakContext context() {
    RealmModel[] current = new RealmModel[1];
    return Fake.of(
        KeycloakContext.class,
        (self, method, arguments) -> {
          if (method.getName().equals("setRealm")) {
            current[0] = (RealmModel) arguments[0];
          }
          return method.getName().equals("getRealm")
              ? current[0]
              : Fake.nothing(method.getReturnType());
        });
  }

  private KeycloakTransactionManager transactions() {
    return Fake.of(
        KeycloakTransactionManager.class,
        (self, method, arguments) ->
            method.getName().equals("enlistAfterCompletion")
                ? afterCompletion.add((KeycloakTransaction) arguments[0])
                : Fake.nothing(method.getReturnType()));
  }

  private RealmProvider realms() {
    return Fake.of(RealmProvider.class, (self, method, arguments) -> isRealmRemoved ? null : realm);
  }

  private UserProvider users() {
    return Fake.of(
        UserProvider.class,
        (self, method, arguments) -> {
          onReadUser.accept((String) arguments[1]);
          return null;
        });
  }

  private ClientProvider clients() {
    return Fake.of(
        ClientProvider.class,
        (self, method, arguments) -> {
          onReadClients.run();
          return method.getReturnType() == Stream.class ? Stream.empty() : null;
        });
  }

  /** Commits the transactions of all requests. */
  public void commit() {
    List.copyOf(afterCompletion)
        .forEach(
            it -> {
              it.begin();
              it.commit();
            });
    afterCompletion.clear();
  }

  /** Retries what waits for Redis, as the timer does every second. */
  public void tick() {
    tick.run();
  }
}
