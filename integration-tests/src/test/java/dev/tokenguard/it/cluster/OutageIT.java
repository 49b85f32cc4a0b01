package dev.tokenguard.it.cluster;

import static dev.tokenguard.it.Tokens.assertRefused;
import static dev.tokenguard.it.Tokens.generation;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tokenguard.it.Lab;
import dev.tokenguard.it.Lab.User;
import dev.tokenguard.it.LabTest;
import dev.tokenguard.testbed.Await;
import dev.tokenguard.testbed.client.Answer;
import dev.tokenguard.testbed.client.OidcClient;
import dev.tokenguard.testbed.keycloak.KeycloakServer.Readiness;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What clients and the health check see while Redis does not answer. */
class OutageIT extends LabTest {

  private static final Duration SOON = Duration.ofSeconds(60);

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
    assertThat(lab.keycloak().readiness().redis()).isEqualTo("reachable");
    assertThat(lab.keycloak().readiness().circuitBreaker()).isEqualTo("closed");
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
  void given_a_reuse_whose_reply_is_lost_then_the_next_refresh_carries_out_its_consequences() {
    OidcClient client = lab.clientWith("grace-period", "0", "on-reuse", "revoke-user");
    Answer login = user.logIn(client);
    Answer elsewhere = user.logIn(client);
    Answer next = client.refresh(login.refreshToken()).orFail();
    Answer newest = client.refresh(next.refreshToken()).orFail();
    // A request that has to open a connection does not send its command.
    Await.until("a reuse that Redis has decided", SOON, () -> isReusedWithoutReply(client, login));

    assertRefused(client.refresh(newest.refreshToken()));
    assertRefused(client.refresh(elsewhere.refreshToken()));
    assertThat(lab.events("REFRESH_TOKEN_ERROR", user))
        .filteredOn(it -> it.path("error").asText().equals("refresh_token_reused"))
        .singleElement()
        .matches(it -> it.at("/details/reason").asText().equals("unacknowledged"));
  }

  private boolean isReusedWithoutReply(OidcClient client, Answer login) {
    lab.loseRepliesOfRedis();
    assertThat(client.refresh(login.refreshToken()).status()).isEqualTo(503);
    lab.reconnectRedis();
    return lab.stateOf(user).values().stream().anyMatch(it -> it.contains(",reused"));
  }
}
