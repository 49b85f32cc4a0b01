package dev.tokenguard.faults;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class PulseTest {

  private static final long SECOND = Duration.ofSeconds(1).toNanos();

  private final Pulse pulse =
      new Pulse(List.of(0L, SECOND / 10, 3 * SECOND, 3 * SECOND + SECOND / 10));

  @Test
  void given_a_request_within_a_pause_then_it_shared_the_whole_of_it() {
    assertThat(pulse.longestPause(SECOND, 2 * SECOND)).isEqualTo(Duration.ofMillis(2900));
  }

  @Test
  void given_a_request_over_several_pauses_then_the_longest_counts() {
    assertThat(pulse.longestPause(SECOND / 20, 4 * SECOND)).isEqualTo(Duration.ofMillis(2900));
    assertThat(pulse.longestPause(SECOND / 100, SECOND / 20)).isEqualTo(Duration.ofMillis(100));
  }

  @Test
  void given_no_answer_since_then_the_pause_lasts_until_the_end() {
    assertThat(pulse.longestPause(4 * SECOND, 5 * SECOND)).isEqualTo(Duration.ofMillis(1900));
  }

  @Test
  void given_no_answer_at_all_then_the_pause_is_the_request_itself() {
    assertThat(new Pulse(List.of()).longestPause(SECOND, 2 * SECOND)).hasSeconds(1);
  }

  @Test
  void given_answers_as_usual_then_no_time_was_lost() {
    assertThat(pulse.lost(0, SECOND / 20)).isZero();
  }

  @Test
  void given_a_long_pause_then_what_is_more_than_usual_was_lost() {
    Duration lost = Duration.ofMillis(2900).minus(Pulse.USUAL);
    assertThat(pulse.lost(0, 3 * SECOND + SECOND / 5)).isEqualTo(lost);
  }

  @Test
  void given_a_moment_within_a_pause_then_the_whole_of_it_was_lost() {
    assertThat(pulse.lost(2 * SECOND, 2 * SECOND + 1))
        .isEqualTo(Duration.ofMillis(2900).minus(Pulse.USUAL));
  }

  @Test
  void given_several_pauses_then_what_was_lost_adds_up() {
    Duration lost = Duration.ofMillis(2900 + 1900).minus(Pulse.USUAL.multipliedBy(2));
    assertThat(pulse.lost(0, 5 * SECOND)).isEqualTo(lost);
  }

  @Test
  void given_a_pause_that_lasts_then_it_counts_as_far_as_it_is() {
    assertThat(pulse.lost(3 * SECOND + SECOND / 10, 5 * SECOND))
        .isEqualTo(Duration.ofMillis(1900).minus(Pulse.USUAL));
  }

  @Test
  void given_a_pause_longer_than_a_command_may_take_then_the_machine_stood_still_then_only() {
    assertThat(pulse.standstills()).isEqualTo(1);
    assertThat(pulse.stoodStill(2 * SECOND, 2 * SECOND + 1)).isTrue();
    assertThat(pulse.stoodStill(3 * SECOND, 3 * SECOND + SECOND / 5)).isFalse();
    assertThat(new Pulse(List.of()).standstills()).isZero();
  }

  @Test
  void given_a_time_before_the_first_answer_then_it_is_no_pause() {
    assertThat(pulse.longestPause(-9 * SECOND, SECOND / 20)).isEqualTo(Duration.ofMillis(100));
  }
}
