package dev.tokenguard.benchmark;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tokenguard.faults.SoakReport;
import dev.tokenguard.faults.SoakReport.Sample;
import java.util.List;
import java.util.function.LongUnaryOperator;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/** What makes a soak fail. */
final class SoakTargetsTest {

  private static final long BYTES = 1_000_000;
  private static final LongUnaryOperator FLAT = second -> BYTES;

  /** Doubles within the time. */
  private static final LongUnaryOperator GROWING = second -> BYTES + second * BYTES / 20;

  /** Is higher in between, and comes down again. */
  private static final LongUnaryOperator HILL =
      second -> second > 5 && second <= 15 ? 3 * BYTES : BYTES;

  private static SoakReport report(
      long falseAlarms,
      long escapes,
      LongUnaryOperator redis,
      LongUnaryOperator keys,
      LongUnaryOperator heap) {
    List<Sample> samples =
        LongStream.rangeClosed(1, 20)
            .mapToObj(
                second ->
                    new Sample(
                        second,
                        redis.applyAsLong(second),
                        keys.applyAsLong(second),
                        100,
                        heap.applyAsLong(second)))
            .toList();
    return new SoakReport(
        1_000, 1, 80, falseAlarms, falseAlarms, 10, 10, escapes, List.of(), samples);
  }

  private static List<String> missed(SoakReport report) {
    return Target.of(report).stream()
        .filter(target -> !target.isReached())
        .map(Target::name)
        .toList();
  }

  @Test
  void given_no_complaint_and_memory_that_is_flat_then_the_soak_held() {
    assertThat(missed(report(0, 0, FLAT, FLAT, FLAT))).isEmpty();
  }

  @Test
  void given_memory_that_was_given_back_then_the_soak_held() {
    assertThat(missed(report(0, 0, HILL, HILL, HILL))).isEmpty();
  }

  @Test
  void given_one_false_alarm_then_the_soak_failed() {
    assertThat(missed(report(1, 0, FLAT, FLAT, FLAT))).containsExactly("false alarms");
  }

  @Test
  void given_one_escape_then_the_soak_failed() {
    assertThat(missed(report(0, 1, FLAT, FLAT, FLAT)))
        .containsExactly("tokens that lived on after a theft or a logout");
  }

  @Test
  void given_memory_that_grows_then_the_soak_failed() {
    assertThat(missed(report(0, 0, GROWING, FLAT, FLAT)))
        .containsExactly("memory of Redis, last quarter by first");
    assertThat(missed(report(0, 0, FLAT, GROWING, FLAT)))
        .containsExactly("memory of its keys, last quarter by first");
    assertThat(missed(report(0, 0, FLAT, FLAT, GROWING)))
        .containsExactly("heap of Keycloak after GC, last quarter by first");
  }
}
