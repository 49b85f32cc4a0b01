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

  private void pass(Duration time) {
    now += time.toNanos();
  }

  @Test
  void givenAnOutage_whenManyRequestsAreHit_thenOneLineTellsItsBeginAndOneItsEnd() {
    for (int count = 0; count < 5; count++) {
      log.failed(Operation.ROTATE, Failure.TIMEOUT, "Read timed out");
    }
    log.opened();
    for (int count = 0; count < 100; count++) {
      log.failed(Operation.BLACKLIST_FIND, Failure.NOT_PERMITTED, "not sent");
    }
    pass(Duration.ofMillis(12_340));
    log.answered();
    log.answered();

    assertThat(lines)
        .containsExactly(
            "Redis does not answer as it should (timeout): Read timed out",
            "Redis answers again after 12.3 s. Without it went: rotate 5, blacklist-find 100; 100"
                + " of them were not sent");
  }

  @Test
  void givenSingleFailures_whenTheyRepeat_thenOneIsSaidInAMinute() {
    for (int count = 0; count < 10; count++) {
      log.failed(Operation.FIND, Failure.CONNECTION, "reset");
      pass(Duration.ofSeconds(7));
      log.answered();
    }
    assertThat(lines)
        .containsExactly(
            "Redis does not answer as it should (connection): reset",
            "Redis answers again after 7.0 s. Without it went: find 1; 0 of them were not sent",
            "Redis does not answer as it should (connection): reset",
            "Redis answers again after 7.0 s. Without it went: find 1; 0 of them were not sent");
  }

  @Test
  void givenASingleFailureAMomentAgo_whenRedisGoes_thenThatIsSaidAllTheSame() {
    log.failed(Operation.FIND, Failure.CONNECTION, "reset");
    log.answered();
    log.failed(Operation.FIND, Failure.TIMEOUT, "Read timed out");
    assertThat(lines).hasSize(2);

    log.opened();
    log.answered();

    assertThat(lines).hasSize(4);
    assertThat(lines.get(2))
        .isEqualTo("Redis does not answer as it should (timeout): Read timed out");
    assertThat(lines.get(3)).startsWith("Redis answers again");
  }

  @Test
  void givenRejections_whenTheyRepeat_thenOneIsSaidInAMinuteAndRedisIsNotCalledAway() {
    for (int count = 0; count < 10; count++) {
      log.failed(Operation.ROTATE, Failure.REJECTED, "WRONGTYPE Operation against a key");
      pass(Duration.ofSeconds(6));
      log.answered();
    }
    String line =
        "Redis answers, but did not do what it was asked for (rotate): WRONGTYPE"
            + " Operation against a key";
    assertThat(lines).containsExactly(line);
    log.failed(Operation.ROTATE, Failure.REJECTED, "WRONGTYPE Operation against a key");
    assertThat(lines).containsExactly(line, line);
  }

  @Test
  void givenRejectionsOfWhateverIsAsked_whenRedisIsNotAskedAnyMore_thenItIsAnOutage() {
    log.failed(Operation.ROTATE, Failure.REJECTED, "LOADING Redis is loading");
    log.opened();
    log.failed(Operation.ROTATE, Failure.NOT_PERMITTED, "not sent");
    pass(Duration.ofSeconds(2));
    log.answered();
    assertThat(lines)
        .containsExactly(
            "Redis answers, but did not do what it was asked for (rotate): LOADING Redis"
                + " is loading",
            "Redis does not answer as it should (rejected): LOADING Redis is loading",
            "Redis answers again after 2.0 s. Without it went: rotate 1; 1 of them were not sent");
  }
}
