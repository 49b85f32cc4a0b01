package dev.tokenguard.rotation;

/** The reference keeps the promise of which it is the measure. */
final class InMemoryFamilyStoreTest extends FamilyStoreContract {

  @Override
  protected FamilyStore open(TestClock clock) {
    return new InMemoryFamilyStore(clock);
  }
}
