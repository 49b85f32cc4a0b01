package dev.tokenguard.keycloak.connection;

import dev.tokenguard.config.Setting;
import dev.tokenguard.keycloak.metrics.MicrometerTelemetry;
import dev.tokenguard.keycloak.support.LogText;
import dev.tokenguard.keycloak.support.ProviderOptions;
import dev.tokenguard.redis.connection.Redis;
import dev.tokenguard.redis.connection.RedisSettings;
import dev.tokenguard.redis.store.RedisFamilyStore;
import dev.tokenguard.redis.store.RedisHeartbeat;
import dev.tokenguard.redis.store.RedisIncidentLog;
import dev.tokenguard.redis.store.RedisKeys;
import dev.tokenguard.redis.store.RedisRevocationList;
import dev.tokenguard.revocation.IncidentLog;
import dev.tokenguard.revocation.RevocationList;
import dev.tokenguard.rotation.FamilyStore;
import dev.tokenguard.rotation.StoreUnavailableException;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.spi.CDI;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.HealthCheckResponseBuilder;
import org.eclipse.microprofile.health.Readiness;
import org.jboss.logging.Logger;
import org.keycloak.Config;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.KeycloakSessionFactory;
import org.keycloak.models.utils.KeycloakModelUtils;
import org.keycloak.models.utils.PostMigrationEvent;
import org.keycloak.provider.ProviderConfigProperty;
import org.keycloak.provider.ServerInfoAwareProviderFactory;

/**
 * Connects a node to Redis by Jedis. A setting that is not accepted stops the start of Keycloak; an
 * unavailable Redis does not.
 */
public final class JedisConnectionFactory
    implements RedisConnection.Factory, ServerInfoAwareProviderFactory {

  private static final Logger LOG = Logger.getLogger(JedisConnectionFactory.class);

  private static final String REDIS = "redis";
  private static final String REACHABLE = "reachable";
  private static final String ID = "jedis";
  private static final ProviderOptions OPTIONS =
      new ProviderOptions("redis-connection", ID, RedisSettings.SETTINGS);

  private Optional<RedisSettings> settings = Optional.empty();
  private Optional<Redis> redis = Optional.empty();
  private Optional<FamilyStore> families = Optional.empty();
  private Optional<RevocationList> blacklist = Optional.empty();
  private Optional<IncidentLog> incidents = Optional.empty();

  @Override
  public String getId() {
    return ID;
  }

  @Override
  public void init(Config.Scope config) {
    settings = OPTIONS.read(config, RedisSettings::parse);
  }

  @Override
  public void postInit(KeycloakSessionFactory factory) {
    RedisReadiness.connect(this);
    if (settings.isEmpty()) {
      LOG.info(LogText.of("Token Guard is inactive: %surl is not set.", OPTIONS.prefix()));
      return;
    }
    RedisSettings given = settings.get();
    LOG.info(LogText.of("Token Guard %s uses Redis at %s", version(), given.address()));
    redis = Optional.of(Redis.open(given, new MicrometerTelemetry()));
    RedisKeys keys = new RedisKeys(given.keyPrefix());
    families = redis.map(it -> new RedisFamilyStore(it, keys));
    blacklist = redis.map(it -> new RedisRevocationList(it, keys));
    incidents = redis.map(it -> new RedisIncidentLog(it, keys));
    DataLossMonitor monitor = new DataLossMonitor(new RedisHeartbeat(redis.get(), keys), factory);
    factory.register(
        event -> {
          if (event instanceof PostMigrationEvent) {
            KeycloakModelUtils.runJobInTransaction(factory, monitor::start);
          }
        });
  }

  @Override
  public RedisConnection create(KeycloakSession session) {
    return new OpenConnection(families, blacklist, incidents);
  }

  @Override
  public void close() {
    redis.ifPresent(Redis::close);
  }

  @Override
  public Map<String, String> getOperationalInfo() {
    Map<String, String> info = new LinkedHashMap<>();
    info.put("token-guard", version());
    info.putAll(state());
    settings.ifPresent(it -> info.putAll(it.describe()));
    return info;
  }

  private Map<String, String> state() {
    if (redis.isEmpty()) {
      return Map.of(REDIS, "not configured");
    }
    Map<String, String> state = new LinkedHashMap<>();
    state.put(REDIS, isReachable(redis.get()) ? REACHABLE : "not reachable");
    state.put("circuit-breaker", Setting.id(redis.get().breakerState()));
    return state;
  }

  /** Returns within the timeouts of the connection. */
  private static boolean isReachable(Redis redis) {
    try {
      redis.ping();
      return true;
    } catch (StoreUnavailableException unavailable) {
      return false;
    }
  }

  @Override
  public List<ProviderConfigProperty> getConfigMetadata() {
    return OPTIONS.toConfigProperties();
  }

  /** The version of this JAR. */
  private static String version() {
    try (InputStream file =
        JedisConnectionFactory.class.getResourceAsStream("/META-INF/token-guard.properties")) {
      Properties properties = new Properties();
      properties.load(file);
      return properties.getProperty("version");
    } catch (IOException unreadable) {
      throw new UncheckedIOException("the JAR is damaged: its version is unreadable", unreadable);
    }
  }

  private record OpenConnection(
      Optional<FamilyStore> families,
      Optional<RevocationList> blacklist,
      Optional<IncidentLog> incidents)
      implements RedisConnection {
    @Override
    public void close() {
      // The factory closes the pool.
    }
  }

  /**
   * The check of Redis in {@code /health/ready}. {@code kc.sh build} finds the bean because of
   * {@code META-INF/beans.xml}, and leaves it out without {@code --health-enabled}.
   */
  @Readiness
  @ApplicationScoped
  public static class RedisReadiness implements HealthCheck {

    private volatile Optional<JedisConnectionFactory> connection = Optional.empty();

    /** Connects the bean of this node, if there is one: Quarkus creates it, not Keycloak. */
    private static void connect(JedisConnectionFactory connection) {
      try {
        CDI.current().select(RedisReadiness.class, Readiness.Literal.INSTANCE).stream()
            .forEach(bean -> bean.observe(connection));
      } catch (IllegalStateException | IllegalArgumentException noHealth) {
        // No container, as in unit tests; or the qualifier is unknown: built without
        // --health-enabled.
      }
    }

    /** Public for the client proxy that Quarkus generates. */
    public void observe(JedisConnectionFactory observed) {
      connection = Optional.of(observed);
    }

    @Override
    public HealthCheckResponse call() {
      Map<String, String> state =
          connection.map(JedisConnectionFactory::state).orElse(Map.of(REDIS, "not started"));
      boolean requiresRedis =
          connection
              .flatMap(it -> it.settings)
              .filter(RedisSettings::readinessRequiresRedis)
              .isPresent();
      HealthCheckResponseBuilder response =
          HealthCheckResponse.named("Token Guard Redis connection")
              .status(!requiresRedis || REACHABLE.equals(state.get(REDIS)));
      state.forEach(response::withData);
      return response.build();
    }
  }
}
