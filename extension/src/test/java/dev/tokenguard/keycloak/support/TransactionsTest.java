package dev.tokenguard.keycloak.support;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class TransactionsTest {

  private final AtomicInteger tries = new AtomicInteger();

  private String failingBefore(int success) {
    int attempt = tries.incrementAndGet();
    if (attempt < success) {
      throw new IllegalStateException("conflict " + attempt);
    }
    return "done";
  }

  @Test
  void given_conflicts_that_pass_then_the_step_is_taken_until_it_succeeds() {
    assertThat(Transactions.retryOnConflict(() -> failingBefore(3))).isEqualTo("done");
    assertThat(tries).hasValue(3);
  }

  @Test
  void given_a_conflict_that_lasts_then_the_last_failure_is_thrown() {
    assertThatThrownBy(() -> Transactions.retryOnConflict(() -> failingBefore(Integer.MAX_VALUE)))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("conflict " + tries.get());
    assertThat(tries).hasValueGreaterThan(1);
  }

  /** Keycloak interrupts its background threads when it stops, and they end when they notice it. */
  @Test
  void given_an_interruption_between_two_tries_then_the_thread_stays_interrupted() {
    assertThatThrownBy(
            () ->
                Transactions.retryOnConflict(
                    () -> {
                      Thread.currentThread().interrupt();
                      return failingBefore(Integer.MAX_VALUE);
                    }))
        .isInstanceOf(RuntimeException.class);
    assertThat(Thread.interrupted()).isTrue();
    assertThat(tries).hasValue(1);
  }

  @Test
  void given_an_interrupted_step_then_it_is_not_repeated_and_the_thread_stays_interrupted() {
    assertThatThrownBy(
            () ->
                Transactions.retryOnConflict(
                    () -> {
                      tries.incrementAndGet();
                      throw new IllegalStateException(new InterruptedException());
                    }))
        .isInstanceOf(RuntimeException.class);
    assertThat(Thread.interrupted()).isTrue();
    assertThat(tries).hasValue(1);
  }
}
