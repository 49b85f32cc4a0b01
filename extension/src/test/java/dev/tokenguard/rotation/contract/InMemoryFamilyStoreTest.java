package dev.tokenguard.rotation.contract;

import dev.tokenguard.rotation.FamilyStore;
import dev.tokenguard.rotation.TestClock;

/** The reference keeps the promise of which it is the measure. */
final class InMemoryFamilyStoreTest extends FamilyStoreContract {

  @Override
  protected FamilyStore open(TestClock clock) {
    return new InMemoryFamilyStore(clock);
  }
}
