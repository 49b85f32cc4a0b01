package dev.tokenguard.redis.connection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tokenguard.redis.RecordedTelemetry;
import dev.tokenguard.redis.TestRedis;
import dev.tokenguard.rotation.FamilyStore;
import dev.tokenguard.rotation.Login;
import dev.tokenguard.rotation.Policies;
import dev.tokenguard.rotation.RefreshDecision.Rotated;
import dev.tokenguard.rotation.StoreUnavailableException;
import dev.tokenguard.rotation.TestClock;
import dev.tokenguard.testbed.Await;
import dev.tokenguard.testbed.redis.RedisServer;
import dev.tokenguard.testbed.redis.SentinelServers;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Sentinels and masters that come and go. */
final class SentinelTest {

  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private static SentinelServers servers;

  private final RecordedTelemetry telemetry = new RecordedTelemetry();

  @BeforeAll
  static void start() {
    servers = SentinelServers.start();
  }

  @AfterAll
  static void stop() {
    servers.close();
  }

  private Redis open(String... others) {
    Map<String, String> given =
        new HashMap<>(
            Map.of(
                "url",
                servers.uri(),
                "topology",
                "sentinel",
                "sentinel-master",
                SentinelServers.MASTER_NAME,
                "sentinel-password",
                SentinelServers.PASSWORD,
                "password",
                SentinelServers.PASSWORD,
                "connect-timeout",
                "2000",
                "read-timeout",
                "2000",
                "pool-timeout",
                "5000"));
    for (int index = 0; index < others.length; index += 2) {
      given.put(others[index], others[index + 1]);
    }
    return Redis.open(RedisSettings.parse(given::get).orElseThrow(), telemetry);
  }

  private static boolean answers(Redis redis) {
    try {
      redis.ping();
      return true;
    } catch (StoreUnavailableException away) {
      return false;
    }
  }

  private void assertFails(Redis redis, String... parts) {
    assertThatThrownBy(redis::ping).isInstanceOf(StoreUnavailableException.class);
    assertThat(telemetry.failed.get(0).message()).contains(parts);
  }

  @Test
  void given_a_master_that_dies_then_its_family_goes_on_at_the_next_one() {
    TestClock clock = TestClock.started();
    Login login = Login.at(clock);
    try (Redis redis = open()) {
      FamilyStore store = TestRedis.store(redis);
      store.rotate(login.refresh(0, clock), Policies.DEFAULT, it -> false);
      RedisServer master = servers.master();
      long replicas = master.execute(jedis -> jedis.waitReplicas(1, 5_000));
      assertThat(replicas).isPositive();

      master.stop();

      Await.until("the next master", PATIENCE, () -> answers(redis));
      assertThat(store.rotate(login.refresh(1, clock), Policies.DEFAULT, it -> false))
          .isInstanceOfSatisfying(
              Rotated.class, rotated -> assertThat(rotated.child().generation()).isEqualTo(2));
      master.restart();
      servers.awaitReplicas(2);
    }
  }

  @Test
  void given_two_dead_sentinels_then_the_third_is_enough() {
    servers.sentinels().get(0).stop();
    servers.sentinels().get(1).stop();
    try (Redis redis = open()) {
      redis.ping();
    } finally {
      servers.sentinels().get(0).restart();
      servers.sentinels().get(1).restart();
    }
  }

  @Test
  void given_no_sentinel_at_the_start_then_redis_is_found_once_one_is_there() {
    RedisServer only = servers.sentinels().get(2);
    only.stop();
    try (Redis redis = open("url", "redis://127.0.0.1:" + only.port())) {
      assertFails(redis, "no Sentinel names the master token-guard", "127.0.0.1:" + only.port());

      only.restart();

      Await.until("Redis", PATIENCE, () -> answers(redis));
    }
  }

  @Test
  void given_a_master_that_no_sentinel_knows_then_the_log_says_so() {
    try (Redis redis = open("sentinel-master", "other")) {
      assertFails(redis, "no Sentinel names the master other", "does not know it");
    }
  }

  @Test
  void given_a_wrong_password_of_the_sentinels_then_the_log_says_so() {
    try (Redis redis = open("sentinel-password", "guess")) {
      assertFails(redis, "WRONGPASS", "check username and password");
      assertThat(telemetry.failed).asString().doesNotContain("guess");
    }
  }
}
