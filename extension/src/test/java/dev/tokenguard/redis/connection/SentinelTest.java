package dev.tokenguard.redis.connection;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tokenguard.redis.connection.RedisTelemetry.Failure;
import dev.tokenguard.testbed.Await;
import dev.tokenguard.testbed.redis.RedisServer;
import dev.tokenguard.testbed.redis.SentinelServers;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Sentinels and masters that stop and start. */
final class SentinelTest extends ConnectionTest {

  private static SentinelServers servers;

  @BeforeAll
  static void start() {
    servers = SentinelServers.start();
  }

  @AfterAll
  static void stop() {
    servers.close();
  }

  private Redis openSentinels(String... others) {
    Map<String, String> settings = new HashMap<>();
    settings.put("url", servers.uri());
    settings.put("topology", "sentinel");
    settings.put("sentinel-master", SentinelServers.MASTER_NAME);
    settings.put("sentinel-password", SentinelServers.PASSWORD);
    settings.put("password", SentinelServers.PASSWORD);
    settings.put("connect-timeout", "2000");
    settings.put("read-timeout", "2000");
    settings.put("pool-timeout", "5000");
    return open(settings, others);
  }

  @Test
  void given_a_master_that_stops_then_its_replica_continues_with_its_data() {
    Redis redis = openSentinels();
    assertThat(increment(redis, "key")).isEqualTo(1);
    RedisServer master = servers.master();
    long replicas = master.execute(jedis -> jedis.waitReplicas(1, 5_000));
    assertThat(replicas).isPositive();

    master.stop();

    Await.until("the next master", PATIENCE, () -> answers(redis));
    assertThat(increment(redis, "key")).isEqualTo(2);
    master.restart();
    servers.awaitReplicas(2);
  }

  @Test
  void given_one_sentinel_of_three_then_it_is_enough() {
    servers.sentinels().get(0).stop();
    servers.sentinels().get(1).stop();
    try {
      openSentinels().ping();
    } finally {
      servers.sentinels().get(0).restart();
      servers.sentinels().get(1).restart();
    }
  }

  @Test
  void given_no_sentinel_at_the_start_then_redis_is_found_once_one_is_there() {
    RedisServer only = servers.sentinels().get(2);
    only.stop();
    Redis redis = openSentinels("url", "redis://127.0.0.1:" + only.port());
    assertFails(
        redis,
        Failure.CONNECTION,
        "no Sentinel names the master token-guard",
        "127.0.0.1:" + only.port());

    only.restart();

    Await.until("Redis", PATIENCE, () -> answers(redis));
  }

  @Test
  void given_a_master_that_no_sentinel_has_then_the_log_names_it() {
    assertFails(
        openSentinels("sentinel-master", "other"),
        Failure.CONNECTION,
        "no Sentinel names the master other",
        "does not know it");
  }

  @Test
  void given_a_wrong_password_of_the_sentinels_then_the_log_has_the_hint_and_not_the_password() {
    assertFails(
        openSentinels("sentinel-password", "guess"),
        Failure.CONNECTION,
        "WRONGPASS",
        "check username and password");
    assertThat(telemetry.failed).asString().doesNotContain("guess");
  }
}
