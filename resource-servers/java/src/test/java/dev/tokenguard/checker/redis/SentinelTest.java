package dev.tokenguard.checker.redis;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tokenguard.checker.RevocationChecker;
import dev.tokenguard.checker.RevocationChecker.Lookup;
import dev.tokenguard.checker.RevocationChecker.WhenUnavailable;
import dev.tokenguard.checker.TokenClaims;
import dev.tokenguard.checker.Verdict.Active;
import dev.tokenguard.checker.Verdict.Revoked;
import dev.tokenguard.checker.cache.KeyTracking;
import dev.tokenguard.checker.cache.NearCache;
import dev.tokenguard.checker.jedis.JedisLookup;
import dev.tokenguard.checker.jedis.JedisTracking;
import dev.tokenguard.checker.lettuce.LettuceLookup;
import dev.tokenguard.checker.lettuce.LettuceTracking;
import dev.tokenguard.testbed.Await;
import dev.tokenguard.testbed.redis.RedisServer;
import dev.tokenguard.testbed.redis.SentinelServers;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.api.StatefulRedisConnection;
import java.time.Duration;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import redis.clients.jedis.DefaultJedisClientConfig;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.JedisClientConfig;
import redis.clients.jedis.RedisSentinelClient;

/** Lookups and invalidations follow the master. */
@Tag("full")
final class SentinelTest {

  private static final Duration TIMEOUT = Duration.ofSeconds(2);
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private final SentinelServers servers = SentinelServers.start();

  @Test
  void given_jedis_then_a_failover_is_followed() {
    JedisClientConfig config =
        DefaultJedisClientConfig.builder()
            .password(SentinelServers.PASSWORD)
            .connectionTimeoutMillis((int) TIMEOUT.toMillis())
            .socketTimeoutMillis((int) TIMEOUT.toMillis())
            .build();
    NearCache cache = NearCache.of(Duration.ofHours(1), 1_000);
    try (servers;
        RedisSentinelClient client =
            RedisSentinelClient.builder()
                .masterName(SentinelServers.MASTER_NAME)
                .sentinels(
                    servers.sentinels().stream()
                        .map(sentinel -> new HostAndPort("127.0.0.1", sentinel.port()))
                        .collect(Collectors.toSet()))
                .sentinelClientConfig(config)
                .clientConfig(config)
                .build();
        KeyTracking tracking =
            JedisTracking.start(client::getCurrentMaster, config, "tg:", cache)) {
      assertFailoverIsFollowed(JedisLookup.of(client), tracking, cache);
    }
  }

  @Test
  void given_lettuce_then_a_failover_is_followed() {
    RedisURI.Builder uri =
        RedisURI.builder()
            .withSentinelMasterId(SentinelServers.MASTER_NAME)
            .withPassword(SentinelServers.PASSWORD.toCharArray());
    for (RedisServer sentinel : servers.sentinels()) {
      uri.withSentinel("127.0.0.1", sentinel.port(), SentinelServers.PASSWORD);
    }
    RedisURI address = uri.build();
    RedisClient client = RedisClient.create(address);
    client.setOptions(LettuceLookup.options(TIMEOUT));
    NearCache cache = NearCache.of(Duration.ofHours(1), 1_000);
    try (servers;
        StatefulRedisConnection<String, String> connection = client.connect();
        KeyTracking tracking = LettuceTracking.start(client, address, "tg:", cache)) {
      assertFailoverIsFollowed(LettuceLookup.of(connection), tracking, cache);
    } finally {
      client.shutdown();
    }
  }

  private void assertFailoverIsFollowed(Lookup lookup, KeyTracking tracking, NearCache cache) {
    RevocationChecker checker =
        RevocationChecker.of(lookup, WhenUnavailable.REFUSE).withCache(cache);
    Await.until("tracking", PATIENCE, tracking::isActive);
    assertThat(checker.check(token("first"))).isEqualTo(new Active());
    RedisServer former = servers.master();

    former.stop();
    Await.until("the loss", PATIENCE, () -> !tracking.isActive());
    Await.until("another master", PATIENCE, () -> servers.master().port() != former.port());
    Await.until("tracking", PATIENCE, tracking::isActive);
    Await.until("a lookup", PATIENCE, () -> checker.check(token("first")) instanceof Active);

    servers.master().execute(it -> it.set("tg:at:first", "x"));
    Await.until(
        "the invalidation", PATIENCE, () -> checker.check(token("first")) instanceof Revoked);
  }

  private static TokenClaims token(String id) {
    return TokenClaims.of(Map.of("jti", id, "sid", "session", "sub", "user", "iat", 17));
  }
}
