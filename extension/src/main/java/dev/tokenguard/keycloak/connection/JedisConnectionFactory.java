package dev.tokenguard.keycloak.connection;

import dev.tokenguard.blacklist.Blacklist;
import dev.tokenguard.incident.IncidentLog;
import dev.tokenguard.keycloak.metrics.MicrometerTelemetry;
import dev.tokenguard.redis.KeySpace;
import dev.tokenguard.redis.Redis;
import dev.tokenguard.redis.RedisBlacklist;
import dev.tokenguard.redis.RedisFamilyStore;
import dev.tokenguard.redis.RedisIncidentLog;
import dev.tokenguard.redis.RedisSettings;
import dev.tokenguard.rotation.FamilyStore;
import dev.tokenguard.rotation.StoreUnavailableException;
import dev.tokenguard.settings.InvalidSettingException;
import dev.tokenguard.settings.Setting;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jboss.logging.Logger;
import org.keycloak.Config;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.KeycloakSessionFactory;
import org.keycloak.provider.ProviderConfigProperty;
import org.keycloak.provider.ProviderConfigurationBuilder;
import org.keycloak.provider.ServerInfoAwareProviderFactory;

/**
 * Connects a node to one Redis by Jedis. A wrong setting stops the start with a sentence that names
 * it; an unreachable Redis does not.
 */
public final class JedisConnectionFactory
    implements RedisConnectionFactory, ServerInfoAwareProviderFactory {

  private static final Logger LOG = Logger.getLogger(JedisConnectionFactory.class);

  private static final String OPTION_PREFIX = "spi-redis-connection--jedis--";

  private Optional<RedisSettings> settings = Optional.empty();
  private Optional<Redis> redis = Optional.empty();
  private Optional<FamilyStore> families = Optional.empty();
  private Optional<Blacklist> blacklist = Optional.empty();
  private Optional<IncidentLog> incidents = Optional.empty();

  @Override
  public String getId() {
    return "jedis";
  }

  @Override
  public void init(Config.Scope config) {
    try {
      settings = RedisSettings.parse(config::get);
    } catch (InvalidSettingException invalid) {
      throw invalid.under(OPTION_PREFIX);
    }
  }

  @Override
  public void postInit(KeycloakSessionFactory factory) {
    if (settings.isEmpty()) {
      LOG.infof("Token Guard steps aside: %surl is not set. Keycloak is stock.", OPTION_PREFIX);
      return;
    }
    RedisSettings given = settings.get();
    LOG.infof("Token Guard %s uses Redis at %s", Release.version(), given.address());
    redis = Optional.of(Redis.open(given, new MicrometerTelemetry()));
    KeySpace keys = new KeySpace(given.keyPrefix());
    families = redis.map(it -> new RedisFamilyStore(it, keys));
    blacklist = redis.map(it -> new RedisBlacklist(it, keys));
    incidents = redis.map(it -> new RedisIncidentLog(it, keys));
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
    info.put("token-guard", Release.version());
    info.put("redis", redis.map(JedisConnectionFactory::reachability).orElse("not configured"));
    settings.ifPresent(it -> info.putAll(it.shown()));
    return info;
  }

  /** Bounded by the time-outs of the connection. */
  private static String reachability(Redis redis) {
    try {
      redis.ping();
      return "reachable";
    } catch (StoreUnavailableException unavailable) {
      return "not reachable";
    }
  }

  @Override
  public List<ProviderConfigProperty> getConfigMetadata() {
    ProviderConfigurationBuilder metadata = ProviderConfigurationBuilder.create();
    for (Setting<?> setting : RedisSettings.SETTINGS) {
      metadata
          .property()
          .name(setting.name())
          .type(ProviderConfigProperty.STRING_TYPE)
          .helpText(setting.help() + " Accepts " + setting.accepts() + ".")
          .defaultValue(setting.defaultText().isEmpty() ? null : setting.defaultText())
          .secret(setting.name().equals("password"))
          .add();
    }
    return metadata.build();
  }

  private record OpenConnection(
      Optional<FamilyStore> families,
      Optional<Blacklist> blacklist,
      Optional<IncidentLog> incidents)
      implements RedisConnection {
    @Override
    public void close() {
      // The pool belongs to the factory.
    }
  }
}
