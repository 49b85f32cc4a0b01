package dev.tokenguard.it;

import static dev.tokenguard.it.Family.assertAlive;
import static dev.tokenguard.it.Family.assertRefused;
import static dev.tokenguard.it.Family.generation;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tokenguard.it.Lab.User;
import dev.tokenguard.testbed.client.Answer;
import dev.tokenguard.testbed.client.OidcClient;
import dev.tokenguard.testbed.keycloak.Meters;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What happens while Redis does not answer. */
class OutageIT extends LabTest {

  private final User user = lab.user();

  @AfterEach
  void redisAnswersAgain() {
    lab.resumeRedis();
  }

  @Test
  void given_deny_when_redis_hangs_then_503_and_the_token_is_as_good_as_before() {
    OidcClient client = lab.clientWith("grace-period", "60");
    Answer login = user.logIn(client);
    lab.redis().pause();

    Answer refused = client.withHeader("Origin", Lab.ORIGIN).refresh(login.refreshToken());

    assertThat(refused.status()).isEqualTo(503);
    assertThat(refused.error()).isEqualTo("temporarily_unavailable");
    assertThat(refused.headers().firstValueAsLong("Retry-After").orElse(0)).isPositive();
    assertThat(refused.headers().firstValue("Access-Control-Expose-Headers").orElse(""))
        .contains("Retry-After");
    lab.resumeRedis();
    // The hanging Redis may have carried the first attempt out: then this is a replay in grace.
    Answer retried = client.refresh(login.refreshToken()).orFail();
    assertThat(generation(retried)).isEqualTo(1);
  }

  @Test
  void given_deny_and_no_grace_when_redis_hangs_then_the_retry_is_no_reuse() {
    OidcClient client = lab.clientWith("grace-period", "0");
    Answer login = user.logIn(client);
    lab.redis().pause();

    assertThat(client.refresh(login.refreshToken()).status()).isEqualTo(503);
    lab.resumeRedis();

    // Redis has carried out what it was sent while it hung, and nobody was given the answer.
    Answer retried = client.refresh(login.refreshToken()).orFail();
    assertThat(generation(retried)).isEqualTo(1);
    client.refresh(retried.refreshToken()).orFail();
    assertRefused(client.refresh(login.refreshToken()));
  }

  @Test
  void given_allow_when_redis_hangs_then_the_chain_goes_on_and_a_replay_is_caught_afterwards() {
    OidcClient client = lab.clientWith("on-redis-failure", "allow", "grace-period", "0");
    Answer first = client.refresh(user.logIn(client).refreshToken()).orFail();
    lab.redis().pause();
    Answer second = client.refresh(first.refreshToken()).orFail();
    Answer third = client.refresh(second.refreshToken()).orFail();
    assertThat(generation(third)).isEqualTo(3);
    lab.resumeRedis();

    Answer fourth = client.refresh(third.refreshToken()).orFail();

    assertThat(generation(fourth)).isEqualTo(4);
    assertRefused(client.refresh(second.refreshToken()));
    assertRefused(client.refresh(fourth.refreshToken()));
  }

  @Test
  void given_a_login_when_redis_hangs_then_it_works_and_its_family_begins_with_a_refresh() {
    OidcClient client =
        lab.clientWith("grace-period", "60", "max-families-per-user-and-client", "2");
    lab.redis().pause();
    Answer login = user.logIn(client);
    assertAlive(client, login);
    lab.resumeRedis();

    Answer next = client.refresh(login.refreshToken()).orFail();

    assertThat(generation(next)).isEqualTo(1);
    assertThat(lab.keycloak().log().text())
        .contains("Redis does not answer as it should", "Redis answers again");
  }

  @Test
  void given_redis_hangs_then_a_refresh_and_a_userinfo_request_wait_for_it_once_each() {
    OidcClient client = lab.clientWith("grace-period", "60");
    Answer login = user.logIn(client);
    lab.redis().pause();
    double before = unanswered();

    assertThat(client.refresh(login.refreshToken()).status()).isEqualTo(503);
    assertThat(unanswered()).isEqualTo(before + 1);

    client.userinfo(login.accessToken()).orFail();
    assertThat(unanswered()).isEqualTo(before + 2);
  }

  /** Of the commands that requests wait for. */
  private static double unanswered() {
    return new Meters(lab.keycloak())
        .text()
        .lines()
        .filter(line -> line.startsWith("token_guard_redis_failures_total{"))
        .filter(line -> line.contains("\"rotate\"") || line.contains("\"blacklist-find\""))
        .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
        .sum();
  }

  @Test
  void given_observe_mode_when_redis_hangs_then_the_refresh_succeeds() {
    OidcClient client = lab.clientWith("mode", "observe");
    Answer login = user.logIn(client);
    lab.redis().pause();

    client.refresh(login.refreshToken()).orFail();
  }
}
