package dev.tokenguard.faults;

import static dev.tokenguard.faults.FaultLab.ALLOW;
import static dev.tokenguard.faults.FaultLab.DENY;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tokenguard.testbed.Await;
import dev.tokenguard.testbed.ServerLogsOnFailure;
import dev.tokenguard.testbed.TestLength;
import dev.tokenguard.testbed.client.Answer;
import dev.tokenguard.testbed.client.Jwt;
import dev.tokenguard.testbed.keycloak.Meters;
import dev.tokenguard.testbed.process.LoopbackPort;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.RedisClient;

/** One story for each way in which Redis fails, and what is promised while it lasts. */
final class FaultsIT {

  private static final String GONE = "Redis does not answer as it should";
  private static final String BACK = "Redis answers again after ";

  @RegisterExtension static final ServerLogsOnFailure LOGS = new ServerLogsOnFailure();

  /** Until the next story can begin. That Redis is well in time is promised, and held, by each. */
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private static OneRedis servers;
  private static FaultLab lab;

  private Story story;
  private long logBefore;

  @BeforeAll
  static void start() {
    servers = new OneRedis();
    lab = servers.lab();
    LOGS.watch(servers.keycloak().log());
  }

  @AfterAll
  static void stop() throws IOException {
    servers.close();
  }

  @AfterEach
  void redisIsWell() {
    Await.until(
        "Redis to be well again",
        PATIENCE,
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

  private void assertThatAllIsWell() {
    for (String policy : new String[] {DENY, ALLOW}) {
      Answer login = lab.logIn(policy, "alice");
      story.await("a refresh", () -> lab.client(policy).refresh(login.refreshToken()).isOk());
      assertThat(lab.client(policy).userinfo(login.accessToken()).status()).isEqualTo(200);
    }
  }

  private Outcome play(Promise promise, Runnable begin, Runnable meanwhile, Runnable end) {
    story = Story.in(lab, promise);
    return story.play(
        () -> {
          logBefore = servers.keycloak().log().size();
          begin.run();
        },
        meanwhile,
        end);
  }

  private Outcome play(Runnable begin, Runnable meanwhile, Runnable end) {
    return play(Promise.OF_ANY_FAULT, begin, meanwhile, end);
  }

  /** Since the fault has begun. */
  private String logged() {
    return servers.keycloak().log().textFrom(logBefore);
  }

  /** One line when Redis goes and one when it is back; and so whenever the machine was away. */
  private void assertLoggedOnce(Outcome outcome) {
    List<String> lines =
        logged()
            .lines()
            .filter(line -> line.contains(GONE) || line.contains(BACK))
            .map(line -> line.contains(GONE) ? GONE : BACK)
            .toList();
    assertThat(lines).contains(BACK);
    for (int index = 1; index < lines.size(); index++) {
      assertThat(lines.get(index)).as("by turns: %s", lines).isNotEqualTo(lines.get(index - 1));
    }
    TestLength.assertTime(
        () -> {
          assertThat(logged(GONE)).isPositive();
          assertThat(logged(GONE)).as(GONE).isLessThanOrEqualTo(1L + outcome.standstills());
          assertThat(logged(BACK)).as(BACK).isLessThanOrEqualTo(1L + outcome.standstills());
        });
  }

  private long logged(String words) {
    return logged().lines().filter(line -> line.contains(words)).count();
  }

  private static void configure(String name, String value) {
    try (RedisClient redis = servers.client()) {
      redis.configSet(name, value);
    }
  }

  @Test
  void given_a_slow_network_then_all_goes_on_a_little_later() {
    Outcome outcome =
        play(
            () -> servers.network().slowDown(Duration.ofMillis(50)),
            this::assertThatAllIsWell,
            () -> servers.network().heal());
    TestLength.assertTime(outcome::assertHardlyAnythingWasPostponed);
  }

  @Test
  void given_a_black_hole_then_nobody_waits_for_long() {
    Outcome outcome =
        play(
            () -> servers.network().swallowAll(),
            FaultsIT::assertThatRedisIsDoneWithout,
            () -> servers.network().heal());
    assertLoggedOnce(outcome);
  }

  @Test
  void given_answers_are_lost_then_what_was_carried_out_is_not_held_against_the_client() {
    play(
        () -> servers.network().swallowAnswers(),
        FaultsIT::assertThatRedisIsDoneWithout,
        () -> servers.network().heal());
  }

  @Test
  void given_connections_are_reset_then_they_are_made_anew_once_that_is_possible() {
    Outcome outcome =
        play(
            () -> servers.network().reset(),
            FaultsIT::assertThatRedisIsDoneWithout,
            () -> servers.network().heal());
    assertLoggedOnce(outcome);
  }

  @Test
  void given_a_frozen_redis_then_it_is_spared_and_what_it_does_late_harms_nobody() {
    play(
        () -> servers.redis().pause(),
        FaultsIT::assertThatRedisIsDoneWithout,
        () -> servers.redis().resume());
  }

  @Test
  void given_redis_was_killed_and_starts_empty_then_nobody_is_logged_out() {
    Outcome outcome =
        play(
            Promise.OF_ANY_FAULT.withLostLineages(),
            () -> servers.redis().stop(),
            FaultsIT::assertThatRedisIsDoneWithout,
            () -> servers.redis().restart());
    assertLoggedOnce(outcome);
  }

  @Test
  void given_redis_forgets_its_scripts_then_nobody_notices() {
    Outcome outcome =
        play(FaultsIT::forgetScripts, this::assertThatAllIsWell, FaultsIT::forgetScripts);
    TestLength.assertTime(outcome::assertHardlyAnythingWasPostponed);
    assertThat(logged()).doesNotContain("NOSCRIPT");
  }

  private static void forgetScripts() {
    try (RedisClient redis = servers.client()) {
      redis.scriptFlush("any");
    }
  }

  private static void revokeInRedisOnly(Answer answer) {
    String key = "tg:at:" + Jwt.claims(answer.accessToken()).path("jti").asText();
    try (RedisClient redis = servers.client()) {
      redis.setex(key, 60, "test");
    }
  }

  /** Of a master that cannot be reached, so it keeps what it has. */
  private static void makeRedisAReplica() {
    try (Jedis redis = new Jedis("127.0.0.1", servers.redis().port())) {
      redis.replicaof("127.0.0.1", LoopbackPort.free());
    }
  }

  private static void makeRedisAMaster() {
    try (Jedis redis = new Jedis("127.0.0.1", servers.redis().port())) {
      redis.replicaofNoOne();
    }
  }

  @Test
  void given_redis_became_a_replica_then_what_writes_is_done_without_and_look_ups_go_on() {
    double rejected = rejected();
    Answer revoked = lab.logIn(DENY, "alice");
    revokeInRedisOnly(revoked);
    Outcome outcome =
        play(
            FaultsIT::makeRedisAReplica,
            () -> {
              assertThatRedisIsDoneWithout();
              story.await(
                  "a look-up",
                  () -> lab.client(DENY).userinfo(revoked.accessToken()).status() == 401);
            },
            FaultsIT::makeRedisAMaster);
    assertRefusedWrites(outcome, rejected);
  }

  @Test
  void given_redis_evicts_whatever_comes_then_nobody_is_logged_out_and_keycloak_refuses_on() {
    double adopted = refreshes("adopted");
    Eviction eviction = new Eviction(servers);
    Outcome outcome =
        play(
            Promise.OF_ANY_FAULT
                .withLostLineages()
                .withLostRevocations(Promise.Told.PERHAPS_NOTHING),
            eviction::begin,
            () -> {
              assertThatAllIsWell();
              Await.until("an adoption", PATIENCE, () -> refreshes("adopted") > adopted);
            },
            eviction::end);
    TestLength.assertTime(outcome::assertHardlyAnythingWasPostponed);
  }

  @Test
  void given_redis_is_set_back_to_a_backup_then_clients_go_on_and_a_stale_branch_is_caught() {
    double setBacks = meter("token_guard_redis_state_lost_total{loss=\"rolled-back\"}");
    double fastForwarded = refreshes("fast-forwarded");
    App victim = new App(new Ledger(), "victim", lab.clients(DENY), lab.logIn(DENY, "bob"));
    victim.refreshUntilDecided().orFail();
    App thief = victim.stolen("thief");

    play(
        Promise.OF_ANY_FAULT.withLostLineages(),
        servers.redis()::backUp,
        () -> {
          for (int generation = 2; generation <= 4; generation++) {
            victim.refreshUntilDecided().orFail();
          }
          assertThatAllIsWell();
        },
        servers.redis()::restoreBackup);

    // The copy is the newest that Redis knows again. The victim is ahead of it, and the thief
    // behind.
    assertThat(thief.refreshUntilDecided().isOk()).isTrue();
    assertThat(victim.refreshUntilDecided().isOk()).isTrue();
    assertThat(thief.refreshUntilDecided().error()).isEqualTo("invalid_grant");
    assertThat(victim.refreshUntilDecided().error()).isEqualTo("invalid_grant");
    assertThat(refreshes("fast-forwarded")).isGreaterThan(fastForwarded);
    assertThat(meter("token_guard_redis_state_lost_total{loss=\"rolled-back\"}"))
        .isEqualTo(setBacks + 1);
    assertThat(logged()).containsOnlyOnce("Redis has lost its last writes");
  }

  private static double refreshes(String outcome) {
    return meter("token_guard_refresh_total{outcome=\"" + outcome + "\"}");
  }

  private static double meter(String series) {
    return new Meters(servers.keycloak()).value(series);
  }

  /** It refuses writes and answers look-ups, so it is not away. */
  @Test
  void given_redis_is_full_then_what_writes_is_done_without_and_look_ups_go_on() {
    double rejected = rejected();
    Outcome outcome =
        play(
            () -> configure("maxmemory", "1mb"),
            FaultsIT::assertThatRedisIsDoneWithout,
            () -> configure("maxmemory", "0"));
    assertRefusedWrites(outcome, rejected);
  }

  /** At once, so nobody was kept from asking again. */
  private void assertRefusedWrites(Outcome outcome, double rejectedBefore) {
    assertThat(rejected()).isGreaterThan(rejectedBefore);
    assertThat(outcome.guarded().count(503)).isPositive();
    TestLength.assertTime(
        () -> assertThat(logged(GONE)).as(GONE).isLessThanOrEqualTo(outcome.standstills()));
  }

  private static double rejected() {
    return meter("token_guard_redis_failures_total{failure=\"rejected\",operation=\"rotate\"}");
  }
}
