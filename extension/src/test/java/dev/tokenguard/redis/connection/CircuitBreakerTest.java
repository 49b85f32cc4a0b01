package dev.tokenguard.redis.connection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tokenguard.redis.connection.RedisTelemetry.BreakerState;
import dev.tokenguard.redis.connection.RedisTelemetry.Failure;
import dev.tokenguard.redis.connection.RedisTelemetry.Operation;
import dev.tokenguard.rotation.StoreUnavailableException;
import dev.tokenguard.testbed.Await;
import dev.tokenguard.testbed.TestLength;
import dev.tokenguard.testbed.redis.RedisServer;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Commands are sent to a Redis that answers, and rarely to one that does not. */
final class CircuitBreakerTest extends ConnectionTest {

  private static final int FAILURES = 3;

  private static RedisServer server;

  @BeforeAll
  static void start() {
    server = RedisServer.start();
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  @AfterEach
  void resume() {
    server.resume();
  }

  private Redis openBreaker(String waitDuration, String... others) {
    Map<String, String> settings =
        Map.of(
            "url",
            server.uri().toString(),
            "read-timeout",
            "150",
            "breaker-failures",
            Integer.toString(FAILURES),
            "breaker-wait-duration",
            waitDuration);
    return open(settings, others);
  }

  private static void fail(Redis redis, int times) {
    for (int count = 0; count < times; count++) {
      assertThat(answers(redis)).isFalse();
    }
  }

  @Test
  void given_an_open_breaker_then_commands_fail_at_once_and_are_not_sent() {
    Redis redis = openBreaker("60000");
    server.pause();
    fail(redis, FAILURES);
    assertThat(redis.breakerState()).isEqualTo(BreakerState.OPEN);

    long begin = System.nanoTime();
    fail(redis, 1000);

    Duration took = Duration.ofNanos(System.nanoTime() - begin);
    TestLength.assertTime(() -> assertThat(took).isLessThan(Duration.ofSeconds(1)));
    assertThat(failures().subList(0, FAILURES)).doesNotContain(Failure.NOT_PERMITTED);
    assertThat(failures().subList(FAILURES, FAILURES + 1000)).containsOnly(Failure.NOT_PERMITTED);
    assertThat(telemetry.entered).containsExactly(BreakerState.OPEN);
  }

  @Test
  void given_an_open_breaker_when_redis_answers_again_then_one_command_closes_it() {
    Redis redis = openBreaker("100");
    server.pause();
    fail(redis, FAILURES);
    server.resume();

    Await.until("Redis to answer", PATIENCE, () -> answers(redis));

    assertThat(redis.breakerState()).isEqualTo(BreakerState.CLOSED);
    assertThat(telemetry.entered)
        .startsWith(BreakerState.OPEN, BreakerState.HALF_OPEN)
        .endsWith(BreakerState.HALF_OPEN, BreakerState.CLOSED);
  }

  @Test
  void given_a_half_open_breaker_when_redis_does_not_answer_then_it_opens_again() {
    Redis redis = openBreaker("100");
    server.pause();
    fail(redis, FAILURES);

    Await.until(
        "a command that is sent", PATIENCE, () -> !answers(redis) && telemetry.entered.size() >= 3);

    assertThat(telemetry.entered)
        .startsWith(BreakerState.OPEN, BreakerState.HALF_OPEN, BreakerState.OPEN)
        .doesNotContain(BreakerState.CLOSED);
  }

  /** Otherwise the half-open breaker would wait for its outcome without a limit. */
  @Test
  void given_a_half_open_breaker_when_the_caller_has_a_defect_then_another_command_is_sent() {
    Redis redis = openBreaker("10");
    server.pause();
    fail(redis, FAILURES);
    server.resume();

    Await.until("a command that is sent", PATIENCE, () -> isSentWithDefect(redis));

    Await.until("Redis to answer", PATIENCE, () -> answers(redis));
  }

  private static boolean isSentWithDefect(Redis redis) {
    try {
      redis.run(INCREMENT, "key", List.of(), String.class::cast);
    } catch (ClassCastException defect) {
      return true;
    } catch (StoreUnavailableException notSent) {
      return false;
    }
    throw new AssertionError("the reply was a string");
  }

  @Test
  void given_failures_that_are_not_in_a_row_then_the_breaker_stays_closed() {
    // More than a busy machine adds, and in all more than the breaker needs to open.
    int failures = 5 * FAILURES;
    Redis redis = openBreaker("60000", "breaker-failures", Integer.toString(failures));
    for (int round = 0; round < failures; round++) {
      server.pause();
      fail(redis, 2);
      server.resume();
      Await.until("an answer", PATIENCE, () -> answers(redis));
    }
    assertThat(telemetry.entered).isEmpty();
  }

  @Test
  void given_errors_about_one_key_and_replies_that_are_not_understood_then_it_stays_closed() {
    Redis redis = openBreaker("60000", "read-timeout", "5000");
    server.execute(jedis -> jedis.hset("hash", "field", "value"));
    for (int count = 0; count < 2 * FAILURES; count++) {
      assertThatThrownBy(() -> redis.value(Operation.BLACKLIST_FIND, "hash"))
          .isInstanceOf(StoreUnavailableException.class);
      assertThatThrownBy(
              () ->
                  redis.run(
                      INCREMENT,
                      "number",
                      List.of(),
                      reply -> {
                        throw new StoreUnavailableException("not understood", null);
                      }))
          .hasMessage("not understood");
    }
    assertThat(failures()).hasSize(4 * FAILURES).containsOnly(Failure.REJECTED);
    assertThat(telemetry.answered).isEmpty();
    assertThat(telemetry.entered).isEmpty();
    assertThat(answers(redis)).isTrue();
  }

  @Test
  void given_an_error_that_answers_any_command_then_it_opens() {
    Redis redis = openBreaker("60000", "username", "nobody", "password", "wrong");
    fail(redis, FAILURES + 1);
    assertThat(failures()).endsWith(Failure.REJECTED, Failure.NOT_PERMITTED).hasSize(FAILURES + 1);
  }
}
