package dev.tokenguard.faults;

import static dev.tokenguard.faults.FaultLab.ALLOW;
import static dev.tokenguard.faults.FaultLab.DENY;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tokenguard.testbed.Answer;
import dev.tokenguard.testbed.Await;
import dev.tokenguard.testbed.ServerLogsOnFailure;
import java.io.IOException;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import redis.clients.jedis.RedisClient;

/** One story for each way in which Redis fails, and what is promised while it lasts. */
final class FaultsIT {

  @RegisterExtension static final ServerLogsOnFailure LOGS = new ServerLogsOnFailure();

  private static FaultLab lab;

  private final long logBefore = lab.keycloak().log().size();

  @BeforeAll
  static void start() {
    lab = new FaultLab();
    LOGS.watch(lab.keycloak().log());
  }

  @AfterAll
  static void stop() throws IOException {
    lab.close();
  }

  @AfterEach
  void redisIsWell() {
    Await.until(
        "Redis to be well again",
        Story.RECOVERY,
        () -> lab.client(DENY).refresh(lab.logIn(DENY, "alice").refreshToken()).isOk());
  }

  /** What is promised while Redis cannot be asked, whatever the reason. */
  private static void assertThatRedisIsDoneWithout() {
    Answer denied = lab.logIn(DENY, "alice");
    assertThat(lab.client(DENY).userinfo(denied.accessToken()).status()).isEqualTo(200);
    Answer postponed = lab.client(DENY).refresh(denied.refreshToken());
    assertThat(postponed.status()).isEqualTo(503);
    assertThat(postponed.error()).isEqualTo("temporarily_unavailable");
    assertThat(postponed.headers().firstValueAsLong("Retry-After")).hasValue(2);
    Answer allowed = lab.logIn(ALLOW, "alice");
    assertThat(lab.client(ALLOW).refresh(allowed.refreshToken()).status()).isEqualTo(200);
  }

  private static void assertThatAllIsWell() {
    for (String policy : new String[] {DENY, ALLOW}) {
      Answer login = lab.logIn(policy, "alice");
      Await.until(
          "a refresh",
          Story.RECOVERY,
          () -> lab.client(policy).refresh(login.refreshToken()).isOk());
      assertThat(lab.client(policy).userinfo(login.accessToken()).status()).isEqualTo(200);
    }
  }

  private String logged() {
    return lab.keycloak().log().textFrom(logBefore);
  }

  /** One line when Redis goes and one when it is back. */
  private void assertLoggedOnce() {
    assertThat(logged()).containsOnlyOnce("Redis does not answer as it should");
    assertThat(logged()).containsOnlyOnce("Redis answers again after ");
  }

  private static void configure(String name, String value) {
    try (RedisClient redis = lab.redisClient()) {
      redis.configSet(name, value);
    }
  }

  @Test
  void given_a_slow_network_then_all_goes_on_a_little_later() {
    Ledger ledger =
        Story.in(lab)
            .play(
                () -> lab.network().slowDown(Duration.ofMillis(50)),
                FaultsIT::assertThatAllIsWell,
                () -> lab.network().heal());
    ledger.assertHardlyAnythingWasPostponed();
  }

  @Test
  void given_a_black_hole_then_nobody_waits_for_long() {
    Story.in(lab)
        .play(
            () -> lab.network().swallowAll(),
            FaultsIT::assertThatRedisIsDoneWithout,
            () -> lab.network().heal());
    assertLoggedOnce();
  }

  @Test
  void given_answers_are_lost_then_what_was_carried_out_is_not_held_against_the_client() {
    Story.in(lab)
        .play(
            () -> lab.network().swallowAnswers(),
            FaultsIT::assertThatRedisIsDoneWithout,
            () -> lab.network().heal());
  }

  @Test
  void given_connections_are_reset_then_they_are_made_anew_once_that_is_possible() {
    Story.in(lab)
        .play(
            () -> lab.network().reset(),
            FaultsIT::assertThatRedisIsDoneWithout,
            () -> lab.network().heal());
    assertLoggedOnce();
  }

  @Test
  void given_a_frozen_redis_then_it_is_spared_and_what_it_does_late_harms_nobody() {
    Story.in(lab)
        .play(
            () -> lab.redis().pause(),
            FaultsIT::assertThatRedisIsDoneWithout,
            () -> lab.redis().resume());
  }

  @Test
  void given_redis_was_killed_and_starts_empty_then_nobody_is_logged_out() {
    Story.withLossOfStateIn(lab)
        .play(
            () -> lab.redis().stop(),
            FaultsIT::assertThatRedisIsDoneWithout,
            () -> lab.redis().restart());
    assertLoggedOnce();
  }

  @Test
  void given_redis_forgets_its_scripts_then_nobody_notices() {
    Ledger ledger =
        Story.in(lab)
            .play(FaultsIT::forgetScripts, FaultsIT::assertThatAllIsWell, FaultsIT::forgetScripts);
    ledger.assertHardlyAnythingWasPostponed();
    assertThat(logged()).doesNotContain("NOSCRIPT");
  }

  private static void forgetScripts() {
    try (RedisClient redis = lab.redisClient()) {
      redis.scriptFlush("any");
    }
  }

  /** It refuses writes and answers look-ups, so it is not away. */
  @Test
  void given_redis_is_full_then_what_writes_is_done_without_and_look_ups_go_on() {
    Ledger ledger =
        Story.in(lab)
            .play(
                () -> configure("maxmemory", "1mb"),
                () -> {
                  assertThatRedisIsDoneWithout();
                  assertThat(logged()).contains("Redis answers, but did not do what it was asked");
                },
                () -> configure("maxmemory", "0"));
    assertThat(logged()).doesNotContain("Redis does not answer as it should");
    assertThat(ledger.count(503)).isPositive();
  }
}
