package dev.tokenguard.quarkus;

import dev.tokenguard.checker.Verdict;
import java.util.concurrent.atomic.LongAdder;

/** How often each verdict was given. */
final class VerdictCounts {

  final LongAdder active = new LongAdder();
  final LongAdder revoked = new LongAdder();
  final LongAdder unidentified = new LongAdder();
  final LongAdder accepted = new LongAdder();
  final LongAdder refused = new LongAdder();

  void add(Verdict verdict) {
    if (verdict instanceof Verdict.Active) {
      active.increment();
    } else if (verdict instanceof Verdict.Unknown) {
      (verdict.isAccepted() ? accepted : refused).increment();
    } else if (verdict instanceof Verdict.Unidentified) {
      unidentified.increment();
    } else {
      revoked.increment();
    }
  }
}
