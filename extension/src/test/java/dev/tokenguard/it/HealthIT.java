package dev.tokenguard.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tokenguard.testbed.Await;
import dev.tokenguard.testbed.keycloak.GuardedKeycloak;
import dev.tokenguard.testbed.keycloak.KeycloakServer;
import dev.tokenguard.testbed.keycloak.Readiness;
import dev.tokenguard.testbed.redis.RedisServer;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Redis in Keycloak's own health. */
class HealthIT extends LabTest {

  private static final Duration PATIENCE = Duration.ofSeconds(20);

  @AfterEach
  void redisAnswersAgain() {
    lab.resumeRedis();
  }

  @Test
  void given_redis_answers_then_health_says_so() {
    Readiness health = Readiness.of(lab.keycloak());
    assertThat(health.status()).isEqualTo(200);
    assertThat(health.redis()).isEqualTo("reachable");
    assertThat(health.circuitBreaker()).isEqualTo("closed");
  }

  @Test
  void given_redis_hangs_then_health_says_so_and_the_node_stays_ready() {
    lab.redis().pause();
    Readiness health = Readiness.of(lab.keycloak());
    assertThat(health.status()).isEqualTo(200);
    assertThat(health.isUp()).isTrue();
    assertThat(health.redis()).isEqualTo("not reachable");
  }

  @Test
  void given_readiness_needs_redis_when_redis_goes_then_the_node_is_not_ready_until_it_is_back() {
    try (RedisServer redis = RedisServer.start();
        KeycloakServer keycloak =
            GuardedKeycloak.builder()
                .realm(Lab.realmFile())
                .option("spi-redis-connection--jedis--url", redis.uri().toString())
                .option("spi-redis-connection--jedis--readiness-requires-redis", "true")
                .option("spi-redis-connection--jedis--read-timeout", "4000")
                .start()) {
      LOGS.watch(keycloak.log());
      redis.stop();
      Readiness away = Readiness.of(keycloak);
      assertThat(away.status()).isEqualTo(503);
      assertThat(away.isUp()).isFalse();

      redis.restart();

      Await.until("the node to be ready", PATIENCE, () -> Readiness.of(keycloak).status() == 200);
    }
  }
}
