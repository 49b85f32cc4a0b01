package dev.tokenguard.quarkus;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tokenguard.checker.RevocationChecker.WhenUnavailable;
import dev.tokenguard.checker.Verdict;
import java.util.concurrent.atomic.LongAdder;
import org.junit.jupiter.api.Test;

final class VerdictCountsTest {

  private static final Exception FAILURE = new IllegalStateException("no Redis");

  private final VerdictCounts counts = new VerdictCounts();

  @Test
  void given_one_verdict_of_each_kind_then_each_counter_has_one() {
    counts.add(new Verdict.Active());
    counts.add(new Verdict.Revoked(Verdict.Scope.TOKEN, "logout"));
    counts.add(new Verdict.Unidentified());
    counts.add(new Verdict.Unknown(WhenUnavailable.ACCEPT, FAILURE));
    counts.add(new Verdict.Unknown(WhenUnavailable.REFUSE, FAILURE));

    assertThat(
            new LongAdder[] {
              counts.active, counts.revoked, counts.unidentified, counts.accepted, counts.refused
            })
        .extracting(LongAdder::sum)
        .containsOnly(1L);
  }
}
