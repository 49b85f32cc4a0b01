package dev.tokenguard.it.cluster;

import static dev.tokenguard.it.Tokens.assertActive;
import static dev.tokenguard.it.Tokens.assertRefused;
import static dev.tokenguard.it.Tokens.generation;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tokenguard.it.Lab;
import dev.tokenguard.it.Lab.User;
import dev.tokenguard.it.LabTest;
import dev.tokenguard.testbed.client.Answer;
import dev.tokenguard.testbed.client.OidcClient;
import dev.tokenguard.testbed.keycloak.KeycloakServer.Readiness;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What clients and the health check see while Redis does not answer. */
class OutageIT extends LabTest {

  private final User user = lab.user();

  @AfterEach
  void reconnectRedis() {
    lab.reconnectRedis();
  }

  @Test
  void given_deny_when_redis_hangs_then_503_with_one_wait_and_the_retry_gets_the_token() {
    OidcClient client = lab.clientWith("grace-period", "60");
    Answer login = user.logIn(client);
    double before = unanswered();
    lab.redis().pause();

    Answer refused = client.withHeader("Origin", Lab.ORIGIN).refresh(login.refreshToken());

    assertThat(refused.status()).isEqualTo(503);
    assertThat(refused.error()).isEqualTo("temporarily_unavailable");
    assertThat(refused.headers().firstValueAsLong("Retry-After").orElse(0)).isPositive();
    assertThat(refused.headers().firstValue("Access-Control-Expose-Headers").orElse(""))
        .contains("Retry-After");
    assertThat(unanswered()).isEqualTo(before + 1);
    client.userinfo(login.accessToken()).orFail();
    assertThat(unanswered()).isEqualTo(before + 2);
    Readiness health = lab.keycloak().readiness();
    assertThat(health.status()).isEqualTo(200);
    assertThat(health.isUp()).isTrue();
    assertThat(health.redis()).isEqualTo("not reachable");
    lab.reconnectRedis();
    // Redis may have carried out the first attempt: then this is a replay within grace.
    assertThat(generation(client.refresh(login.refreshToken()).orFail())).isEqualTo(1);
  }

  /** Of the commands that requests wait for. */
  private static double unanswered() {
    return lab.keycloak()
        .metrics()
        .lines()
        .filter(line -> line.startsWith("token_guard_redis_failures_total{"))
        .filter(line -> line.contains("\"rotate\"") || line.contains("\"blacklist-find\""))
        .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
        .sum();
  }

  @Test
  void given_deny_and_no_grace_when_redis_hangs_then_the_retry_is_no_reuse() {
    OidcClient client = lab.clientWith("grace-period", "0");
    Answer login = user.logIn(client);
    lab.redis().pause();

    assertThat(client.refresh(login.refreshToken()).status()).isEqualTo(503);
    lab.reconnectRedis();

    // Redis has carried out what it was sent while it hung, and no client has the answer.
    Answer retried = client.refresh(login.refreshToken()).orFail();
    assertThat(generation(retried)).isEqualTo(1);
    client.refresh(retried.refreshToken()).orFail();
    assertRefused(client.refresh(login.refreshToken()));
  }

  @Test
  void given_allow_when_redis_fails_then_the_family_continues_and_a_reuse_is_detected_later() {
    OidcClient client = lab.clientWith("on-redis-failure", "allow", "grace-period", "0");
    Answer first = client.refresh(user.logIn(client).refreshToken()).orFail();
    lab.disconnectRedis();
    Answer second = client.refresh(first.refreshToken()).orFail();
    Answer third = client.refresh(second.refreshToken()).orFail();
    assertThat(generation(third)).isEqualTo(3);
    lab.reconnectRedis();

    Answer fourth = client.refresh(third.refreshToken()).orFail();

    assertThat(generation(fourth)).isEqualTo(4);
    assertRefused(client.refresh(second.refreshToken()));
    assertRefused(client.refresh(fourth.refreshToken()));
  }

  @Test
  void given_a_login_when_redis_fails_then_it_works_and_its_family_begins_with_a_refresh() {
    OidcClient client =
        lab.clientWith("grace-period", "60", "max-families-per-user-and-client", "2");
    lab.disconnectRedis();
    Answer login = user.logIn(client);
    assertActive(client, login);
    lab.reconnectRedis();

    assertThat(generation(client.refresh(login.refreshToken()).orFail())).isEqualTo(1);
    assertThat(lab.keycloak().log().text())
        .contains("Redis does not answer as it should", "Redis answers again");
    Readiness health = lab.keycloak().readiness();
    assertThat(health.status()).isEqualTo(200);
    assertThat(health.redis()).isEqualTo("reachable");
    assertThat(health.circuitBreaker()).isEqualTo("closed");
  }

  @Test
  void given_observe_mode_when_redis_fails_then_the_refresh_succeeds() {
    OidcClient client = lab.clientWith("mode", "observe");
    Answer login = user.logIn(client);
    lab.disconnectRedis();

    client.refresh(login.refreshToken()).orFail();
  }
}
