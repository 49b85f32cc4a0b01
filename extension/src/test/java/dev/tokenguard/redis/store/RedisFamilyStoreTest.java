package dev.tokenguard.redis.store;

import dev.tokenguard.redis.TestRedis;
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
