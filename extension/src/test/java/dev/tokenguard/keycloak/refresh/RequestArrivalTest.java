package dev.tokenguard.keycloak.refresh;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tokenguard.keycloak.refresh.RequestArrival.Stay;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class RequestArrivalTest {

  /** So that the clock overflows meanwhile. */
  private static final long ARRIVED = Long.MAX_VALUE - Duration.ofMillis(100).toNanos();

  private final Stay stay = new Stay(ARRIVED);

  @Test
  void given_a_wait_for_a_worker_then_it_counts_with_the_work() {
    stay.workerIsFree(after(1500));
    stay.isReceived(after(1510));

    assertThat(stay.until(after(1600))).isEqualTo(Duration.ofMillis(1590));
  }

  @Test
  void given_a_request_that_is_sent_slowly_then_the_time_of_sending_does_not_count() {
    stay.workerIsFree(after(1));
    stay.isReceived(after(9000));

    assertThat(stay.until(after(9010))).isEqualTo(Duration.ofMillis(11));
  }

  @Test
  void given_a_request_that_waited_too_long_then_it_is_bounded() {
    stay.workerIsFree(after(300_000));
    stay.isReceived(after(300_000));

    assertThat(stay.until(after(300_001))).isEqualTo(RequestArrival.LONGEST);
  }

  @Test
  void given_no_probe_or_no_end_then_it_is_zero() {
    assertThat(stay.until(after(10))).isZero();
    stay.workerIsFree(after(10));
    assertThat(stay.until(after(20))).isZero();
  }

  private static long after(long millis) {
    return ARRIVED + Duration.ofMillis(millis).toNanos();
  }
}
