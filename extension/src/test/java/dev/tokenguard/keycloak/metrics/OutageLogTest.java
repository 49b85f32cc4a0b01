package dev.tokenguard.keycloak.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tokenguard.redis.connection.RedisTelemetry.Failure;
import dev.tokenguard.redis.connection.RedisTelemetry.Operation;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

final class OutageLogTest {

  private final List<String> lines = new ArrayList<>();
  private long now = Long.MAX_VALUE - 5;
  private final OutageLog log = new OutageLog(() -> now, lines::add, lines::add);

  private void fail(int times, Operation operation, Failure failure, String message) {
    for (int count = 0; count < times; count++) {
      log.failed(operation, failure, message);
    }
  }

  private void answerAfter(long millis) {
    now += Duration.ofMillis(millis).toNanos();
    log.answered();
  }

  @Test
  void given_an_outage_when_many_commands_fail_then_one_line_marks_its_begin_and_one_its_end() {
    fail(5, Operation.ROTATE, Failure.TIMEOUT, "Read timed out");
    log.opened();
    fail(100, Operation.BLACKLIST_FIND, Failure.NOT_PERMITTED, "not sent");
    answerAfter(12_340);
    answerAfter(0);
    assertThat(lines)
        .containsExactly(
            "Redis is unavailable (timeout): Read timed out",
            "Redis is available again after 12.3 s. Failed commands: rotate 5, blacklist-find 100; 100"
                + " of them were not sent");
  }

  @Test
  void given_single_failures_when_they_repeat_then_one_is_logged_in_a_minute() {
    for (int count = 0; count < 10; count++) {
      fail(1, Operation.FIND, Failure.CONNECTION, "reset");
      answerAfter(7_000);
    }
    String begin = "Redis is unavailable (connection): reset";
    String end =
        "Redis is available again after 7.0 s. Failed commands: find 1; 0 of them were not sent";
    assertThat(lines).containsExactly(begin, end, begin, end);
  }

  @Test
  void given_a_single_failure_a_moment_ago_when_the_breaker_opens_then_the_outage_is_logged() {
    fail(1, Operation.FIND, Failure.CONNECTION, "reset");
    answerAfter(0);
    fail(1, Operation.FIND, Failure.TIMEOUT, "Read timed out");
    assertThat(lines).hasSize(2);
    log.opened();
    answerAfter(0);
    assertThat(lines).hasSize(4);
    assertThat(lines.get(2)).isEqualTo("Redis is unavailable (timeout): Read timed out");
    assertThat(lines.get(3)).startsWith("Redis is available again");
  }

  @Test
  void given_rejections_when_they_repeat_then_one_is_logged_in_a_minute_and_no_outage() {
    for (int count = 0; count < 11; count++) {
      fail(1, Operation.ROTATE, Failure.REJECTED, "WRONGTYPE Operation against a key");
      answerAfter(6_000);
    }
    String line = "Redis rejected a command (rotate): WRONGTYPE Operation against a key";
    assertThat(lines).containsExactly(line, line);
  }

  @Test
  void given_rejections_when_the_breaker_opens_then_an_outage_is_logged() {
    fail(1, Operation.ROTATE, Failure.REJECTED, "LOADING Redis is loading");
    log.opened();
    fail(1, Operation.ROTATE, Failure.NOT_PERMITTED, "not sent");
    answerAfter(2_000);
    assertThat(lines)
        .containsExactly(
            "Redis rejected a command (rotate): LOADING Redis is loading",
            "Redis is unavailable (rejected): LOADING Redis is loading",
            "Redis is available again after 2.0 s. Failed commands: rotate 1; 1 of them were not sent");
  }
}
