package dev.tokenguard.redis.connection;

import static dev.tokenguard.redis.TestRedis.JEDIS;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tokenguard.redis.RecordedTelemetry;
import dev.tokenguard.redis.TestRedis;
import dev.tokenguard.redis.connection.RedisTelemetry.Operation;
import dev.tokenguard.redis.store.RedisKeys;
import dev.tokenguard.revocation.Revocations;
import dev.tokenguard.rotation.FamilyStore;
import dev.tokenguard.rotation.Login;
import dev.tokenguard.rotation.Policies;
import dev.tokenguard.rotation.TestClock;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import redis.clients.jedis.CommandArguments;
import redis.clients.jedis.Protocol;

/** What goes over the line to a Redis that is well. */
final class RedisTest {

  private static final Pattern CALLS = Pattern.compile("cmdstat_([a-z|]+):calls=(\\d+)");

  /** Commands of the scripts, and of this test. */
  private static final Set<String> NOT_OF_THE_STORE =
      Set.of(
          "time",
          "hget",
          "hmget",
          "hset",
          "hdel",
          "hscan",
          "hrandfield",
          "expiretime",
          "expireat",
          "config|resetstat",
          "info",
          "script|flush");

  private final TestClock clock = TestClock.started();
  private final Login login = Login.at(clock);
  private final RecordedTelemetry telemetry = new RecordedTelemetry();
  private Redis redis;
  private FamilyStore store;

  @BeforeEach
  void open() {
    JEDIS.flushAll();
    redis = TestRedis.open(telemetry);
    store = TestRedis.store(redis);
  }

  @AfterEach
  void close() {
    redis.close();
  }

  private void rotate(long generation) {
    assertThat(store.rotate(login.refresh(generation, clock), Policies.DEFAULT, it -> false))
        .matches(it -> it.issued().isPresent());
  }

  private void revoke() {
    store.revoke(Revocations.ofFamily(login.user(), login.family(), clock.second() + 1_000));
  }

  /** What the store sent since the last reset, and how often. */
  private static Map<String, Integer> calls() {
    Map<String, Integer> calls = new TreeMap<>();
    Matcher matcher = CALLS.matcher(JEDIS.info("commandstats"));
    while (matcher.find()) {
      calls.put(matcher.group(1), Integer.valueOf(matcher.group(2)));
    }
    calls.keySet().removeAll(NOT_OF_THE_STORE);
    return calls;
  }

  private static void resetCalls() {
    JEDIS.executeCommand(new CommandArguments(Protocol.Command.CONFIG).add("RESETSTAT"));
  }

  @Test
  void whenItIsPinged_thenThatIsTold() {
    redis.ping();
    assertThat(telemetry.answered).containsExactly(Operation.PING);
    assertThat(telemetry.failed).isEmpty();
  }

  @Test
  void whenTheStoreIsAsked_thenEachAnswerIsTold() {
    rotate(0);
    revoke();
    store.find(login.user());
    assertThat(telemetry.answered)
        .containsExactly(Operation.ROTATE, Operation.REVOKE, Operation.FIND);
    assertThat(telemetry.failed).isEmpty();
  }

  @Test
  void givenARedisThatKnowsTheScripts_whenTheStoreIsAsked_thenEachTimeIsOneCommand() {
    rotate(0);
    revoke();
    store.find(login.user());
    JEDIS.flushAll();
    resetCalls();
    for (long generation = 0; generation < 10; generation++) {
      rotate(generation);
    }
    assertThat(calls()).isEqualTo(Map.of("evalsha", 10));
    revoke();
    store.find(login.user());
    assertThat(calls()).isEqualTo(Map.of("evalsha", 12));
  }

  @Test
  void givenARedisThatForgotTheScripts_whenTheStoreIsAsked_thenItIsGivenTheSource() {
    rotate(0);
    JEDIS.scriptFlush("any");
    resetCalls();
    rotate(1);
    rotate(2);
    assertThat(calls()).isEqualTo(Map.of("eval", 1, "evalsha", 2));
    JEDIS.scriptFlush("any");
    revoke();
    assertThat(store.find(login.user())).hasSize(1);
    assertThat(telemetry.failed).isEmpty();
  }

  @Test
  void whenFamiliesAreRefreshed_thenOnlyTheUsersKeyIsWritten() {
    rotate(0);
    rotate(1);
    revoke();
    assertThat(JEDIS.keys("*")).containsExactly(new RedisKeys(TestRedis.PREFIX).user(login.user()));
  }
}
