package dev.tokenguard.redis;

import dev.tokenguard.rotation.FamilyStore;
import dev.tokenguard.rotation.InMemoryFamilyStore;
import dev.tokenguard.rotation.Login;
import dev.tokenguard.rotation.TestClock;
import java.util.List;

/** One user with three families, the reference and Redis side by side, and one clock for both. */
final class World {

  final TestClock clock = TestClock.started();
  final List<Login> logins = logins(Login.at(clock));
  final FamilyStore store;
  private final InMemoryFamilyStore reference = new InMemoryFamilyStore(clock);

  World() {
    store = new SideBySideStore(reference, TestRedis.emptyStore(clock));
  }

  String user() {
    return logins.get(0).user();
  }

  /** Two clients in one session, and one of them in another session, too. */
  private static List<Login> logins(Login third) {
    return List.of(
        third.asFamily("first family").inSession("another session", third.started()),
        third.asFamily("second family").atClient("another client", third.started()),
        third);
  }

  /** Redis is flushed. */
  void forget() {
    reference.forget();
    TestRedis.JEDIS.flushAll();
  }
}
