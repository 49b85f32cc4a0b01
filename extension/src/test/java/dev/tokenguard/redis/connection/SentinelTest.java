package dev.tokenguard.redis.connection;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tokenguard.redis.connection.RedisTelemetry.Failure;
import dev.tokenguard.testbed.Await;
import dev.tokenguard.testbed.redis.RedisServer;
import dev.tokenguard.testbed.redis.SentinelServers;
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

  private Redis openSentinels(String others) {
    String settings =
        "topology=sentinel url=%s sentinel-master=%s sentinel-password=%s password=%3$s"
            .formatted(servers.uri(), SentinelServers.MASTER_NAME, SentinelServers.PASSWORD);
    return open(FAILING, settings, others);
  }

  @Test
  void given_a_master_that_stops_then_its_replica_continues_with_its_data() {
    Redis redis = openSentinels("");
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
  void given_one_sentinel_of_three_that_starts_late_then_it_is_enough() {
    servers.sentinels().forEach(RedisServer::stop);
    RedisServer only = servers.sentinels().get(2);
    Redis redis = openSentinels("");
    assertFails(
        redis,
        Failure.CONNECTION,
        "no Sentinel names the master token-guard",
        "127.0.0.1:" + only.port());

    only.restart();

    Await.until("Redis", PATIENCE, () -> answers(redis));
    servers.sentinels().subList(0, 2).forEach(RedisServer::restart);
  }

  @Test
  void given_an_unknown_master_or_a_wrong_password_then_the_log_has_the_reason_of_the_sentinels() {
    assertFails(
        openSentinels("sentinel-master=other"),
        Failure.CONNECTION,
        "no Sentinel names the master other",
        "does not know it");
    assertFails(
        openSentinels("sentinel-password=guess"),
        Failure.CONNECTION,
        "WRONGPASS",
        "check username and password");
    assertThat(telemetry.failed).asString().doesNotContain("guess");
  }
}
