package dev.tokenguard.redis;

import dev.tokenguard.rotation.FamilyStore;
import dev.tokenguard.rotation.FamilyStoreContract;
import dev.tokenguard.rotation.TestClock;

/** The scripts on a real Redis keep the promise. */
final class RedisFamilyStoreTest extends FamilyStoreContract {

  @Override
  protected FamilyStore open(TestClock clock) {
    return TestRedis.emptyStore(clock);
  }
}
