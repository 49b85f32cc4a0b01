package dev.tokenguard.revocation;

import dev.tokenguard.rotation.TestClock;

/** The reference keeps the promise of which it is the measure. */
final class InMemoryIncidentLogTest extends IncidentLogContract {

  @Override
  protected IncidentLog open(TestClock clock) {
    return new InMemoryIncidentLog(clock);
  }
}
