package dev.tokenguard.redis;

import dev.tokenguard.config.Setting;
import dev.tokenguard.redis.connection.BreakerSettings;
import dev.tokenguard.redis.connection.ConnectionSettings;
import dev.tokenguard.redis.connection.RedisAddress;
import dev.tokenguard.redis.connection.SentinelSettings;
import dev.tokenguard.redis.connection.TlsSettings;
import dev.tokenguard.redis.connection.Topology;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/** How to reach Redis. Parsed once, when Keycloak starts. */
public record RedisSettings(
    RedisAddress address,
    Topology topology,
    SentinelSettings sentinel,
    Optional<String> username,
    Optional<String> password,
    int database,
    TlsSettings tls,
    String keyPrefix,
    String clientName,
    int resp,
    int maxPoolSize,
    Duration connectTimeout,
    Duration readTimeout,
    Duration poolTimeout,
    BreakerSettings breaker,
    boolean readinessRequiresRedis) {

  /** All settings, in the order of the documentation. */
  public static final List<Setting<?>> SETTINGS = ConnectionSettings.ALL;

  /**
   * Reads the settings; empty without a URL.
   *
   * @param given the text of a setting by its name; null when it is not set
   * @throws dev.tokenguard.config.InvalidSettingException for the first value out of range
   */
  public static Optional<RedisSettings> parse(Function<String, String> given) {
    Map<String, String> texts = new LinkedHashMap<>();
    SETTINGS.forEach(setting -> texts.put(setting.name(), given.apply(setting.name())));
    return ConnectionSettings.from(texts);
  }

  /** What is in effect, for people; passwords are masked. */
  public Map<String, String> describe() {
    Map<String, String> shown = new LinkedHashMap<>();
    shown.put("url", address.toString());
    shown.put("topology", Setting.id(topology));
    if (topology == Topology.SENTINEL) {
      sentinel.show(shown);
    }
    shown.put("username", username.orElse(""));
    shown.put("password", masked(password));
    shown.put("database", Integer.toString(database));
    if (address.usesTls()) {
      tls.show(shown);
    }
    shown.put("key-prefix", keyPrefix);
    shown.put("client-name", clientName);
    shown.put("resp", Integer.toString(resp));
    shown.put("max-pool-size", Integer.toString(maxPoolSize));
    shown.put("connect-timeout", connectTimeout.toMillis() + " ms");
    shown.put("read-timeout", readTimeout.toMillis() + " ms");
    shown.put("pool-timeout", poolTimeout.toMillis() + " ms");
    shown.put("breaker-failures", Integer.toString(breaker.failures()));
    shown.put("breaker-wait-duration", breaker.delay().toMillis() + " ms");
    shown.put("readiness-requires-redis", Boolean.toString(readinessRequiresRedis));
    return shown;
  }

  /** Without the passwords. */
  @Override
  public String toString() {
    return describe().toString();
  }

  public static String masked(Optional<String> secret) {
    return secret.isPresent() ? "********" : "";
  }
}
