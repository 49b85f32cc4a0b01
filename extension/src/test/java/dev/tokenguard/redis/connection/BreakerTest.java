package dev.tokenguard.redis.connection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tokenguard.redis.RecordedTelemetry;
import dev.tokenguard.redis.TestRedis;
import dev.tokenguard.redis.connection.RedisTelemetry.BreakerState;
import dev.tokenguard.redis.connection.RedisTelemetry.Failure;
import dev.tokenguard.redis.connection.RedisTelemetry.Operation;
import dev.tokenguard.redis.store.LuaReply;
import dev.tokenguard.redis.store.LuaScript;
import dev.tokenguard.rotation.StoreUnavailableException;
import dev.tokenguard.testbed.Await;
import dev.tokenguard.testbed.TestLength;
import dev.tokenguard.testbed.redis.RedisServer;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** A Redis that does not answer is asked now and then only, and by everybody again once it does. */
final class BreakerTest {

  private static final int FAILURES = 3;
  private static final Duration PATIENCE = Duration.ofSeconds(8);

  private static RedisServer server;

  private final RecordedTelemetry telemetry = new RecordedTelemetry();
  private Redis redis;

  @BeforeAll
  static void start() {
    server = RedisServer.start();
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  @AfterEach
  void close() {
    server.resume();
    redis.close();
  }

  private void open(String... others) {
    Map<String, String> given =
        new HashMap<>(
            Map.of("read-timeout", "150", "breaker-failures", Integer.toString(FAILURES)));
    for (int index = 0; index < others.length; index += 2) {
      given.put(others[index], others[index + 1]);
    }
    redis = Redis.open(TestRedis.settings(server, given), telemetry);
  }

  private boolean answers() {
    try {
      redis.ping();
      return true;
    } catch (StoreUnavailableException away) {
      return false;
    }
  }

  private void fail(int times) {
    for (int count = 0; count < times; count++) {
      assertThat(answers()).isFalse();
    }
  }

  private List<Failure> failures() {
    return telemetry.failed.stream().map(RecordedTelemetry.Failed::failure).toList();
  }

  @Test
  void givenAFrozenRedis_whenItWasAskedTooOften_thenFurtherCommandsFailAtOnceUnsent() {
    open("breaker-wait-duration", "60000");
    Await.until("an answer", PATIENCE, this::answers);
    telemetry.failed.clear();
    server.pause();
    fail(FAILURES);
    assertThat(redis.breakerState()).isEqualTo(BreakerState.OPEN);

    long begin = System.nanoTime();
    fail(1000);

    Duration took = Duration.ofNanos(System.nanoTime() - begin);
    TestLength.assertTime(
        () -> assertThat(took).as("1000 failures").isLessThan(Duration.ofSeconds(1)));
    assertThat(failures().subList(0, FAILURES)).doesNotContain(Failure.NOT_PERMITTED);
    assertThat(failures().subList(FAILURES, FAILURES + 1000)).containsOnly(Failure.NOT_PERMITTED);
    assertThat(telemetry.entered).containsExactly(BreakerState.OPEN);
  }

  @Test
  void givenItIsNotAsked_whenRedisIsBack_thenOneCommandTriesAndAllGoThroughAgain() {
    open("breaker-wait-duration", "100");
    server.pause();
    fail(FAILURES);
    server.resume();

    Await.until("Redis to be asked again", PATIENCE, this::answers);

    assertThat(redis.breakerState()).isEqualTo(BreakerState.CLOSED);
    assertThat(telemetry.entered)
        .startsWith(BreakerState.OPEN, BreakerState.HALF_OPEN)
        .endsWith(BreakerState.HALF_OPEN, BreakerState.CLOSED);
    Await.until("a further answer", PATIENCE, this::answers);
  }

  @Test
  void givenRedisIsStillAway_whenOneCommandTries_thenItIsSparedAgain() {
    open("breaker-wait-duration", "100");
    server.pause();
    fail(FAILURES);

    Await.until(
        "a command that tries",
        PATIENCE,
        () -> {
          answers();
          return telemetry.entered.size() >= 3;
        });

    assertThat(telemetry.entered)
        .startsWith(BreakerState.OPEN, BreakerState.HALF_OPEN, BreakerState.OPEN)
        .doesNotContain(BreakerState.CLOSED);
  }

  @Test
  void givenFailuresThatAreNotInARow_thenRedisIsAskedOn() {
    // More of them than a busy machine adds by itself, and more in all than open the breaker.
    int failures = 5 * FAILURES;
    open("breaker-failures", Integer.toString(failures));
    for (int round = 0; round < failures; round++) {
      server.pause();
      fail(2);
      server.resume();
      Await.until("an answer", PATIENCE, this::answers);
    }
    assertThat(telemetry.entered).isEmpty();
  }

  /** Each idle connection is broken then; they must not fail one request each. */
  @Test
  void givenManyIdleConnections_whenRedisIsStartedAgain_thenOneFailureIsAll() {
    open("breaker-failures", "1000", "read-timeout", "5000");
    server.pause();
    List<Thread> waiting =
        IntStream.range(0, 20).mapToObj(index -> new Thread(this::answers)).toList();
    waiting.forEach(Thread::start);
    Await.until(
        "twenty connections", PATIENCE, () -> waiting.stream().allMatch(BrokenRedisTest::isBusy));
    server.resume();
    waiting.forEach(BreakerTest::join);

    server.restart();

    assertThat(answers()).isFalse();
    assertThat(answers()).isTrue();
    assertThat(failures()).containsExactly(Failure.CONNECTION);
  }

  private static void join(Thread thread) {
    try {
      thread.join();
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  @Test
  void givenOneOddKey_whenItIsAskedForAgainAndAgain_thenNobodyElseSuffers() {
    TestRedis.JEDIS.flushAll();
    redis = TestRedis.open(telemetry);
    TestRedis.JEDIS.hset("odd", "mine", "yes");
    for (int count = 0; count < 20; count++) {
      assertThatThrownBy(() -> redis.value(Operation.BLACKLIST_FIND, "odd"))
          .isInstanceOf(StoreUnavailableException.class);
    }
    assertThat(failures()).hasSize(20).containsOnly(Failure.REJECTED);
    assertThat(redis.breakerState()).isEqualTo(BreakerState.CLOSED);
    assertThat(answers()).isTrue();
  }

  @Test
  void givenAReplyThatIsNotUnderstood_thenItIsRejectedAndNotAnswered() {
    TestRedis.JEDIS.flushAll();
    redis = TestRedis.open(telemetry);
    LuaScript script = LuaScript.of(Operation.FIND, "find.lua");

    assertThatThrownBy(
            () -> redis.run(script, "tg:u:{x}", List.of("0"), reply -> LuaReply.of("a text")))
        .isInstanceOf(StoreUnavailableException.class);

    assertThat(failures()).containsExactly(Failure.REJECTED);
    assertThat(telemetry.answered).isEmpty();
    assertThat(redis.breakerState()).isEqualTo(BreakerState.CLOSED);
  }

  @Test
  void givenARedisThatDoesNotKnowUs_whenItWasAskedTooOften_thenItIsSpared() {
    open("password", "wrong", "username", "nobody", "breaker-wait-duration", "60000");
    fail(FAILURES + 1);
    assertThat(failures())
        .containsExactly(
            Failure.REJECTED, Failure.REJECTED, Failure.REJECTED, Failure.NOT_PERMITTED);
  }
}
