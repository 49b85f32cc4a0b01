package dev.tokenguard.redis;

import dev.tokenguard.rotation.FamilyStore;
import dev.tokenguard.rotation.InMemoryFamilyStore;
import dev.tokenguard.rotation.Login;
import dev.tokenguard.rotation.TestClock;
import java.util.List;

/** One user with five families, the reference and Redis side by side, and one clock for both. */
final class World {

  final TestClock clock = TestClock.started();
  final List<Login> logins = logins(Login.at(clock));
  final FamilyStore store;
  private final InMemoryFamilyStore reference = new InMemoryFamilyStore(clock);
  private final TestTopology topology;

  World(TestTopology topology) {
    this.topology = topology;
    this.store = new SideBySideStore(reference, topology.emptyStore(clock));
  }

  String user() {
    return logins.get(0).user();
  }

  /**
   * Two clients in one session, and one of them in others, too. The families of one client are in
   * one order by their ids and by the short form of these: the store breaks ties by the one, the
   * reference by the other.
   */
  private static List<Login> logins(Login third) {
    return List.of(
        third.asFamily("first family").inSession("another session", third.started()),
        third.asFamily("second family").atClient("another client", third.started()),
        third,
        third.asFamily("fourth family"),
        third.asFamily("fifth family").inSession("third session", third.started()).offline());
  }

  /** Redis is flushed. */
  void forget() {
    reference.forget();
    topology.flush();
  }
}
