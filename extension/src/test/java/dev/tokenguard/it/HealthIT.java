package dev.tokenguard.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.tokenguard.testbed.Await;
import dev.tokenguard.testbed.KeycloakServer;
import dev.tokenguard.testbed.KeycloakServer.Mode;
import dev.tokenguard.testbed.RedisServer;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Redis in Keycloak's own health. */
class HealthIT extends LabTest {

  private static final Duration PATIENCE = Duration.ofSeconds(20);
  private static final HttpClient HTTP = HttpClient.newHttpClient();

  @AfterEach
  void redisAnswersAgain() {
    lab.redis().resume();
  }

  private record Health(int status, JsonNode check) {

    String redis() {
      return check.path("data").path("redis").asText();
    }
  }

  private static Health healthOf(KeycloakServer keycloak) {
    try {
      HttpRequest request =
          HttpRequest.newBuilder(keycloak.managementUri().resolve("/health/ready"))
              .timeout(PATIENCE)
              .build();
      HttpResponse<String> response = HTTP.send(request, BodyHandlers.ofString());
      for (JsonNode check : new ObjectMapper().readTree(response.body()).path("checks")) {
        if (check.path("name").asText().equals("Token Guard Redis connection")) {
          return new Health(response.statusCode(), check);
        }
      }
      throw new AssertionError("no check of ours: " + response.body());
    } catch (IOException broken) {
      throw new AssertionError(broken);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new AssertionError(interrupted);
    }
  }

  @Test
  void given_redis_answers_then_health_says_so() {
    Health health = healthOf(lab.keycloak());
    assertThat(health.status()).isEqualTo(200);
    assertThat(health.redis()).isEqualTo("reachable");
    assertThat(health.check().path("data").path("circuit-breaker").asText()).isEqualTo("closed");
  }

  @Test
  void given_redis_hangs_then_health_says_so_and_the_node_stays_ready() {
    lab.redis().pause();
    Health health = healthOf(lab.keycloak());
    assertThat(health.status()).isEqualTo(200);
    assertThat(health.check().path("status").asText()).isEqualTo("UP");
    assertThat(health.redis()).isEqualTo("not reachable");
  }

  @Test
  void given_readiness_needs_redis_when_redis_goes_then_the_node_is_not_ready_until_it_is_back() {
    try (RedisServer redis = RedisServer.start();
        KeycloakServer keycloak =
            KeycloakServer.builder()
                .mode(Mode.PRODUCTION)
                .builtLike(lab.keycloak())
                .realm(Lab.realmFile())
                .option("spi-redis-connection--jedis--url", redis.uri().toString())
                .option("spi-redis-connection--jedis--readiness-needs-redis", "true")
                .start()) {
      LOGS.watch(keycloak.log());
      redis.stop();
      Health away = healthOf(keycloak);
      assertThat(away.status()).isEqualTo(503);
      assertThat(away.check().path("status").asText()).isEqualTo("DOWN");

      redis.restart();

      Await.until("the node to be ready", PATIENCE, () -> healthOf(keycloak).status() == 200);
    }
  }
}
