package dev.tokenguard.faults;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tokenguard.testbed.Await;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class CrowdTest {

  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private final Ledger ledger = new Ledger();

  /** Waits in vain for something, on its own thread. */
  private static final class Disappointed implements Actor {

    @Override
    public void step() {
      throw new AssertionError("waited in vain");
    }

    @Override
    public void settle() {}
  }

  @Test
  void given_an_actor_that_gives_up_then_it_is_a_violation() {
    Crowd crowd = new Crowd(List.of(new Disappointed()), ledger, Duration.ZERO);
    crowd.start();
    Await.until("a violation", PATIENCE, () -> !ledger.violations().isEmpty());
    crowd.settle();
    assertThat(ledger.violations())
        .singleElement()
        .asString()
        .contains("Disappointed", "gave up", "waited in vain");
  }
}
