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
}
