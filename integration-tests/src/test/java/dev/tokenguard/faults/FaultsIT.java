package dev.tokenguard.faults;

import static dev.tokenguard.faults.FaultRealm.ALLOW;
import static dev.tokenguard.faults.FaultRealm.DENY;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tokenguard.testbed.Await;
import dev.tokenguard.testbed.ServerLogsOnFailure;
import dev.tokenguard.testbed.TestLength;
import dev.tokenguard.testbed.client.Answer;
import dev.tokenguard.testbed.client.Jwt;
import dev.tokenguard.testbed.process.LoopbackPort;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.RedisClient;

/** One scenario for each way in which Redis fails. */
@Tag(TestLength.FULL)
final class FaultsIT {

  private static final String OUTAGE = "Redis is unavailable";
  private static final String RECOVERY = "Redis is available again after ";

  @RegisterExtension static final ServerLogsOnFailure LOGS = new ServerLogsOnFailure();

  /** Until the next scenario can begin. */
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  /** Of other keys, until Redis evicts: about 250 keys. */
  private static final int ROOM = 1_000_000;

  private static final Pattern USED = Pattern.compile("used_memory:(\\d+)");

  private static OneRedis servers;
  private static FaultRealm realm;

  private Scenario scenario;
  private long logBefore;

  @BeforeAll
  static void start() {
    servers = new OneRedis();
    realm = servers.realm();
    LOGS.watch(servers.keycloak().log());
  }

  @AfterAll
  static void stop() throws IOException {
    servers.close();
  }

  @AfterEach
  void awaitRefreshes() {
    Await.until(
        "a refresh",
        PATIENCE,
        () -> realm.client(DENY).refresh(realm.logIn(DENY, "alice").refreshToken()).isOk());
  }

  /** What holds while Redis does not answer, for any reason. */
  private static void assertPostponedOrAllowed() {
    Answer denied = realm.logIn(DENY, "alice");
    assertThat(realm.client(DENY).userinfo(denied.accessToken()).status()).isEqualTo(200);
    Answer postponed = realm.client(DENY).refresh(denied.refreshToken());
    assertThat(postponed.status()).isEqualTo(503);
    assertThat(postponed.error()).isEqualTo("temporarily_unavailable");
    assertThat(postponed.headers().firstValueAsLong("Retry-After")).hasValue(2);
    Answer allowed = realm.logIn(ALLOW, "alice");
    assertThat(realm.client(ALLOW).refresh(allowed.refreshToken()).status()).isEqualTo(200);
  }

  private void assertServed() {
    for (String policy : new String[] {DENY, ALLOW}) {
      Answer login = realm.logIn(policy, "alice");
      scenario.await("a refresh", () -> realm.client(policy).refresh(login.refreshToken()).isOk());
      assertThat(realm.client(policy).userinfo(login.accessToken()).status()).isEqualTo(200);
    }
  }

  private void run(Scenario chosen, Runnable begin, Runnable meanwhile, Runnable end) {
    scenario = chosen;
    logBefore = servers.keycloak().log().size();
    chosen.run(begin, meanwhile, end);
  }

  private void run(Runnable begin, Runnable meanwhile, Runnable end) {
    run(Scenario.in(realm), begin, meanwhile, end);
  }

  /** Since the fault has begun. */
  private String logged() {
    return servers.keycloak().log().textFrom(logBefore);
  }

  /** One line for the outage and one for the recovery, and so for each standstill. */
  private void assertLoggedOnce() {
    String turns =
        logged()
            .lines()
            .map(line -> line.contains(OUTAGE) ? "O" : line.contains(RECOVERY) ? "R" : "")
            .collect(Collectors.joining());
    assertThat(turns).contains("R").doesNotContain("OO", "RR");
    if (scenario.areTimesAsserted()) {
      assertThat(logged(OUTAGE)).as(OUTAGE).isOne();
      assertThat(logged(RECOVERY)).as(RECOVERY).isOne();
    }
  }

  private long logged(String words) {
    return logged().lines().filter(line -> line.contains(words)).count();
  }

  @Test
  void given_a_slow_network_then_all_requests_are_served() {
    run(
        () -> servers.network().slowDown(Duration.ofMillis(50)),
        this::assertServed,
        () -> servers.network().heal());
    scenario.assertFewPostponed();
  }

  @Test
  void given_a_black_hole_then_no_client_waits_for_long() {
    run(
        () -> servers.network().swallowAll(),
        FaultsIT::assertPostponedOrAllowed,
        () -> servers.network().heal());
    assertLoggedOnce();
  }

  @Test
  void given_answers_are_lost_then_what_was_carried_out_is_no_reuse() {
    run(
        () -> servers.network().swallowAnswers(),
        FaultsIT::assertPostponedOrAllowed,
        () -> servers.network().heal());
  }

  @Test
  void given_connections_are_reset_then_new_ones_are_made_when_possible() {
    run(
        () -> servers.network().reset(),
        FaultsIT::assertPostponedOrAllowed,
        () -> servers.network().heal());
    assertLoggedOnce();
  }

  @Test
  void given_a_frozen_redis_then_what_it_does_late_harms_no_client() {
    run(
        () -> servers.redis().pause(),
        FaultsIT::assertPostponedOrAllowed,
        () -> servers.redis().resume());
  }

  @Test
  void given_redis_was_killed_and_starts_empty_then_no_client_is_logged_out() {
    run(
        Scenario.in(realm).withDataLoss(),
        () -> servers.redis().stop(),
        FaultsIT::assertPostponedOrAllowed,
        () -> servers.redis().restart());
    assertLoggedOnce();
  }

  @Test
  void given_a_script_flush_then_all_requests_are_served() {
    run(FaultsIT::flushScripts, this::assertServed, FaultsIT::flushScripts);
    scenario.assertFewPostponed();
    assertThat(logged()).doesNotContain("NOSCRIPT");
  }

  private static void flushScripts() {
    servers.redis().execute(Jedis::scriptFlush);
  }

  /** Its master cannot be reached, so it keeps its data. */
  @Test
  void given_redis_became_a_replica_then_writes_are_postponed_and_lookups_succeed() {
    double rejected = rejected();
    Answer revoked = realm.logIn(DENY, "alice");
    String key = "tg:at:" + Jwt.claims(revoked.accessToken()).path("jti").asText();
    servers.redis().execute(redis -> redis.setex(key, 600, "only in Redis"));
    run(
        () -> servers.redis().execute(it -> it.replicaof("127.0.0.1", LoopbackPort.free())),
        () -> {
          assertPostponedOrAllowed();
          scenario.await(
              "a lookup", () -> realm.client(DENY).userinfo(revoked.accessToken()).status() == 401);
        },
        () -> servers.redis().execute(Jedis::replicaofNoOne));
    assertWritesRejected(rejected);
  }

  @Test
  void given_redis_evicts_keys_then_no_client_is_logged_out_and_keycloak_refuses_what_is_revoked() {
    double adopted = refreshes("adopted");
    AtomicBoolean isOver = new AtomicBoolean();
    Thread otherApplication = new Thread(() -> fillUntil(isOver));
    run(
        Scenario.in(realm).withDataLoss().withLostRevocations(),
        () -> {
          limitMemory(Long.toString(usedMemory() + ROOM), "allkeys-random");
          otherApplication.start();
        },
        () -> {
          assertServed();
          Await.until("an adoption", PATIENCE, () -> refreshes("adopted") > adopted);
        },
        () -> {
          isOver.set(true);
          limitMemory("0", "noeviction");
        });
    scenario.assertFewPostponed();
  }

  private static long usedMemory() {
    Matcher used = USED.matcher(servers.redis().execute(redis -> redis.info("memory")));
    assertThat(used.find()).isTrue();
    return Long.parseLong(used.group(1));
  }

  private static void limitMemory(String bytes, String policy) {
    servers.redis().execute(redis -> redis.configSet("maxmemory-policy", policy));
    servers.redis().execute(redis -> redis.configSet("maxmemory", bytes));
  }

  /**
   * Redis evicts keys at random: 500 keys of 4 kB come each second, so each within a second or so.
   */
  private static void fillUntil(AtomicBoolean isOver) {
    String value = "x".repeat(4_000);
    try (RedisClient redis = servers.client()) {
      for (long number = 0; !isOver.get(); number++) {
        redis.setex("other:" + number, 5, value);
        LockSupport.parkNanos(2_000_000);
      }
    }
  }

  @Test
  void
      given_redis_is_rolled_back_to_a_backup_then_clients_continue_and_an_old_branch_is_detected() {
    double rollbacks = meter("token_guard_redis_state_lost_total{loss=\"rolled-back\"}");
    double fastForwarded = refreshes("fast-forwarded");
    TokenClient victim = realm.logIn(new Ledger(), "victim", DENY, "bob");
    victim.refreshUntilDecided().orFail();
    TokenClient thief = victim.stolen();

    run(
        Scenario.in(realm).withDataLoss(),
        servers.redis()::backUp,
        () -> {
          for (int generation = 2; generation <= 4; generation++) {
            victim.refreshUntilDecided().orFail();
          }
          assertServed();
          awaitHeartbeat();
        },
        servers.redis()::restoreBackup);

    // The copy is the newest that Redis has again. The victim is ahead of it, the thief behind.
    assertThat(thief.refreshUntilDecided().isOk()).isTrue();
    assertThat(victim.refreshUntilDecided().isOk()).isTrue();
    assertThat(thief.refreshUntilDecided().error()).isEqualTo("invalid_grant");
    assertThat(victim.refreshUntilDecided().error()).isEqualTo("invalid_grant");
    assertThat(refreshes("fast-forwarded")).isGreaterThan(fastForwarded);
    assertThat(meter("token_guard_redis_state_lost_total{loss=\"rolled-back\"}"))
        .isEqualTo(rollbacks + 1);
    assertThat(logged()).containsOnlyOnce("Redis has lost its last writes");
  }

  /** A backup that is older than that is recognized as a rollback, not only as a restart. */
  private static void awaitHeartbeat() {
    try (RedisClient redis = servers.client()) {
      String before = redis.hget("tg:heartbeat", "beats");
      Await.until(
          "a heartbeat", PATIENCE, () -> !redis.hget("tg:heartbeat", "beats").equals(before));
    }
  }

  @Test
  void given_redis_is_full_then_writes_are_postponed_and_lookups_succeed() {
    double rejected = rejected();
    run(
        () -> limitMemory("1", "noeviction"),
        FaultsIT::assertPostponedOrAllowed,
        () -> limitMemory("0", "noeviction"));
    assertWritesRejected(rejected);
  }

  /** At once, so the breaker stays closed. */
  private void assertWritesRejected(double before) {
    assertThat(rejected()).isGreaterThan(before);
    assertThat(scenario.postponed()).isPositive();
    if (scenario.areTimesAsserted()) {
      assertThat(logged(OUTAGE)).as(OUTAGE).isZero();
    }
  }

  private static double rejected() {
    return meter("token_guard_redis_failures_total{failure=\"rejected\",operation=\"rotate\"}");
  }

  private static double refreshes(String outcome) {
    return meter("token_guard_refresh_total{outcome=\"" + outcome + "\"}");
  }

  private static double meter(String series) {
    return servers.keycloak().metric(series);
  }
}
