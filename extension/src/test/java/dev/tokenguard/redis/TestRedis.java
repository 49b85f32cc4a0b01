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
import java.util.HashMap;
import java.util.Map;
import redis.clients.jedis.ConnectionPoolConfig;
import redis.clients.jedis.DefaultJedisClientConfig;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.JedisClientConfig;
import redis.clients.jedis.RedisClient;
import redis.clients.jedis.UnifiedJedis;

/** The one real Redis that all tests share, one after the other. */
public final class TestRedis {

  public static final String PREFIX = "tg:";

  /** A busy machine is no fault. */
  public static final String PATIENT =
      "connect-timeout=10000 read-timeout=10000 pool-timeout=10000";

  private static final RedisServer SERVER = RedisServer.start();

  private static final JedisClientConfig CONFIG =
      DefaultJedisClientConfig.builder().timeoutMillis(10_000).build();

  /** A client of the tests' own, to look at what is stored. */
  public static final UnifiedJedis JEDIS =
      RedisClient.builder()
          .hostAndPort(address())
          .clientConfig(CONFIG)
          .poolConfig(withoutPings())
          .build();

  public static final ClockedJedis CLOCKED = new ClockedJedis(address(), CONFIG);

  private TestRedis() {}

  /** Tests count commands. */
  private static ConnectionPoolConfig withoutPings() {
    ConnectionPoolConfig pool = new ConnectionPoolConfig();
    pool.setTimeBetweenEvictionRuns(Duration.ofMillis(-1));
    return pool;
  }

  public static HostAndPort address() {
    return new HostAndPort("127.0.0.1", SERVER.port());
  }

  /**
   * Parses settings.
   *
   * @param settings each such as {@code resp=2 database=3}; later ones win
   */
  public static RedisSettings settings(String... settings) {
    Map<String, String> given = new HashMap<>();
    for (String setting : String.join(" ", settings).trim().split(" +")) {
      String[] parts = setting.split("=", 2);
      given.put(parts[0], parts[1]);
    }
    return RedisSettings.parse(given::get).orElseThrow();
  }

  /** A connection as Keycloak opens it. */
  public static Redis open(RedisTelemetry telemetry) {
    return open(SERVER, telemetry);
  }

  public static Redis open(RedisServer server, RedisTelemetry telemetry) {
    return Redis.open(settings(PATIENT, "url=" + server.uri()), telemetry);
  }

  /** An empty store whose scripts go by the test's clock. */
  public static FamilyStore emptyStore(TestClock clock) {
    return store(emptyRedis(clock));
  }

  /** An empty log that goes by the test's clock. */
  public static IncidentLog emptyIncidentLog(TestClock clock) {
    return new RedisIncidentLog(emptyRedis(clock), new RedisKeys(PREFIX));
  }

  private static Redis emptyRedis(TestClock clock) {
    JEDIS.flushAll();
    CLOCKED.goBy(clock);
    RedisSettings.Breaker breaker = new RedisSettings.Breaker(5, Duration.ofSeconds(1));
    return new Redis(CLOCKED, breaker, new RecordedTelemetry());
  }

  public static FamilyStore store(Redis redis) {
    return new RedisFamilyStore(redis, new RedisKeys(PREFIX));
  }

  public static RevocationList blacklist(Redis redis) {
    return new RedisRevocationList(redis, new RedisKeys(PREFIX));
  }
}
