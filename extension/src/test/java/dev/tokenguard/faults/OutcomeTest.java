package dev.tokenguard.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.MissingNode;
import dev.tokenguard.testbed.client.Answer;
import java.net.http.HttpHeaders;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;

class OutcomeTest {

  private static final Duration BOUND = Duration.ofSeconds(1);

  private long now;
  private final Ledger guarded = new Ledger(() -> now);
  private final Ledger elsewhere = new Ledger(() -> now);
  private final Outcome outcome = new Outcome(guarded, elsewhere);

  private Answer answeredAfter(int millis, int status) {
    now += Duration.ofMillis(millis).toNanos();
    return new Answer(status, HttpHeaders.of(Map.of(), (n, v) -> true), MissingNode.getInstance());
  }

  private void refresh(Ledger ledger, int millis) {
    ledger.record("somebody", "refresh", () -> answeredAfter(millis, 200));
  }

  /** The one elsewhere is answered meanwhile, at once, as often as it asks. */
  private void refreshAlone(int millis) {
    guarded.record(
        "somebody",
        "refresh",
        () -> {
          for (int part = 1; part < 10; part++) {
            refresh(elsewhere, millis / 10);
          }
          return answeredAfter(millis / 10, 200);
        });
    refresh(elsewhere, 1);
  }

  /** Neither is answered for as long. */
  private void refreshTogether(int millis) {
    guarded.record("somebody", "refresh", () -> answeredAfter(millis, 200));
    refresh(elsewhere, 1);
  }

  @Test
  void given_one_answer_of_a_hundred_that_comes_late_then_it_is_clean() {
    for (int number = 1; number < 100; number++) {
      refreshAlone(10);
    }
    refreshAlone(3000);
    assertThatCode(() -> outcome.assertClean(BOUND)).doesNotThrowAnyException();
  }

  @Test
  void given_two_answers_of_a_hundred_that_come_late_then_it_is_not_clean() {
    for (int number = 1; number < 99; number++) {
      refreshAlone(10);
    }
    refreshAlone(3000);
    refreshAlone(3000);
    assertThatThrownBy(() -> outcome.assertClean(BOUND)).hasMessageContaining("p99");
  }

  @Test
  void given_nobody_is_answered_then_it_is_the_machine_and_it_is_clean() {
    refreshAlone(10);
    refreshTogether(3000);
    refreshTogether(3000);
    assertThatCode(() -> outcome.assertClean(BOUND)).doesNotThrowAnyException();
  }

  @Test
  void given_a_machine_that_stood_still_before_then_that_does_not_excuse_what_comes_late() {
    refreshTogether(5000);
    refreshAlone(3000);
    refreshAlone(3000);
    assertThatThrownBy(() -> outcome.assertClean(BOUND)).hasMessageContaining("p99");
  }

  @Test
  void given_an_error_of_the_server_then_it_is_not_clean() {
    refreshAlone(10);
    guarded.record("somebody", "refresh", () -> answeredAfter(10, 500));
    assertThatThrownBy(() -> outcome.assertClean(BOUND))
        .hasMessageContaining("refresh was answered 500");
  }

  @Test
  void given_a_client_of_another_realm_was_harmed_then_it_is_not_clean() {
    refreshAlone(10);
    elsewhere.record("stranger", "refresh", () -> answeredAfter(10, 500));
    assertThatThrownBy(() -> outcome.assertClean(BOUND))
        .hasMessageContaining("a client of another realm");
  }

  @Test
  void given_the_first_answer_comes_late_to_all_then_it_is_the_machine_and_it_is_clean() {
    elsewhere.record("stranger", "refresh", () -> answeredAfter(3000, 200));
    guarded.record("somebody", "refresh", () -> answeredAfter(3000, 200));
    assertThatCode(() -> outcome.assertClean(BOUND)).doesNotThrowAnyException();
  }

  private void postpone() {
    guarded.record("somebody", "refresh", () -> answeredAfter(10, 503));
    refresh(elsewhere, 10);
  }

  @Test
  void given_a_503_on_a_machine_that_goes_on_then_it_counts() {
    refreshAlone(10);
    postpone();
    assertThatThrownBy(outcome::assertHardlyAnythingWasPostponed)
        .hasMessageContaining("postponed by a machine that went on");
    assertThat(outcome.standstills()).isZero();
  }

  @Test
  void given_a_503_soon_after_a_machine_stood_still_then_it_does_not_count() {
    refreshAlone(10);
    refreshTogether(500);
    postpone();
    assertThatCode(outcome::assertHardlyAnythingWasPostponed).doesNotThrowAnyException();
    assertThat(outcome.standstills()).isEqualTo(1);
  }

  @Test
  void given_a_503_long_after_a_machine_stood_still_then_it_counts() {
    refreshTogether(500);
    refreshAlone(3000);
    postpone();
    assertThatThrownBy(outcome::assertHardlyAnythingWasPostponed)
        .hasMessageContaining("postponed by a machine that went on");
  }
}
