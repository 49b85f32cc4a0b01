package dev.tokenguard.redis;

import dev.tokenguard.redis.connection.Redis;
import dev.tokenguard.redis.connection.RedisSettings;
import dev.tokenguard.redis.connection.RedisTelemetry;
import dev.tokenguard.redis.store.ClockedJedis;
import dev.tokenguard.redis.store.RedisFamilyStore;
import dev.tokenguard.redis.store.RedisIncidentLog;
import dev.tokenguard.redis.store.RedisKeys;
import dev.tokenguard.redis.store.RedisRevocationList;
import dev.tokenguard.revocation.IncidentLog;
import dev.tokenguard.revocation.RevocationList;
import dev.tokenguard.rotation.FamilyStore;
import dev.tokenguard.rotation.TestClock;
import dev.tokenguard.testbed.redis.RedisServer;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import redis.clients.jedis.DefaultJedisClientConfig;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.RedisClient;
import redis.clients.jedis.UnifiedJedis;

/** The one real Redis that all tests of this package share, one after the other. */
public final class TestRedis {

  public static final String PREFIX = "tg:";

  private static final int PATIENCE_MILLIS = 10_000;

  private static final RedisServer SERVER = RedisServer.start();

  /** A client of the tests' own, to look at what is stored. */
  public static final UnifiedJedis JEDIS = client();

  private static final ClockedJedis CLOCKED = clocked();

  public static final RedisSettings.Breaker BREAKER =
      new RedisSettings.Breaker(5, Duration.ofSeconds(1));

  private TestRedis() {}

  private static ClockedJedis clocked() {
    UnifiedJedis jedis = client();
    return new ClockedJedis(() -> jedis);
  }

  /** Patient: a busy machine is no fault. */
  public static RedisClient client() {
    return RedisClient.builder()
        .hostAndPort(address())
        .clientConfig(
            DefaultJedisClientConfig.builder()
                .connectionTimeoutMillis(PATIENCE_MILLIS)
                .socketTimeoutMillis(PATIENCE_MILLIS)
                .build())
        .build();
  }

  public static HostAndPort address() {
    return new HostAndPort("127.0.0.1", SERVER.port());
  }

  /** Settings for a server, with all else as by default. */
  public static RedisSettings settings(RedisServer server, Map<String, String> others) {
    Optional<RedisSettings> settings =
        RedisSettings.parse(
            name -> name.equals("url") ? server.uri().toString() : others.get(name));
    return settings.orElseThrow();
  }

  /** A connection as Keycloak opens it, but patient: a busy machine is no fault. */
  public static Redis open(RedisTelemetry telemetry) {
    Map<String, String> patient =
        Map.of("connect-timeout", "10000", "read-timeout", "10000", "pool-timeout", "10000");
    return Redis.open(settings(SERVER, patient), telemetry);
  }

  /** An empty store whose scripts run on the same server, but go by the test's clock. */
  public static FamilyStore emptyStore(TestClock clock) {
    JEDIS.flushAll();
    CLOCKED.goBy(clock);
    return store(new Redis(CLOCKED, BREAKER, new RecordedTelemetry()));
  }

  /** An empty log on the same server that goes by the test's clock. */
  public static IncidentLog emptyIncidentLog(TestClock clock) {
    JEDIS.flushAll();
    CLOCKED.goBy(clock);
    return new RedisIncidentLog(
        new Redis(CLOCKED, BREAKER, new RecordedTelemetry()), new RedisKeys(PREFIX));
  }

  public static FamilyStore store(Redis redis) {
    return new RedisFamilyStore(redis, new RedisKeys(PREFIX));
  }

  public static RevocationList blacklist(Redis redis) {
    return new RedisRevocationList(redis, new RedisKeys(PREFIX));
  }
}
