package dev.tokenguard.redis;

import dev.tokenguard.redis.connection.TestTopology;
import dev.tokenguard.revocation.Revocation;
import dev.tokenguard.rotation.AccessTokens;
import dev.tokenguard.rotation.FamilyStore;
import dev.tokenguard.rotation.InMemoryFamilyStore;
import dev.tokenguard.rotation.Login;
import dev.tokenguard.rotation.RotationPolicy;
import dev.tokenguard.rotation.RotationRequest;
import dev.tokenguard.rotation.TestClock;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** One user with five families, the reference and Redis side by side, and one clock for both. */
final class World {

  final TestClock clock = TestClock.started();
  final List<Login> logins = logins(Login.at(clock));
  final FamilyStore store;
  private final InMemoryFamilyStore reference = new InMemoryFamilyStore(clock);
  private final TestTopology topology;
  private final Map<String, Long> issued = new HashMap<>();
  private final Set<String> capped = new HashSet<>();

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

  /** By the newest token that was given out, with the time at which that was issued. */
  RotationRequest refresh(Login login, long generation) {
    return Login.issuedAt(login.refresh(generation, clock), issuedAt(login));
  }

  void gaveOut(Login login, long issuedAt) {
    issued.merge(login.family(), issuedAt, Math::max);
  }

  private long issuedAt(Login login) {
    return issued.getOrDefault(login.family(), login.started());
  }

  /**
   * Keycloak does not record a login again that was one too many by then: it is known whether a
   * record of it is left for as long as its access tokens live, and after that left to chance.
   */
  List<AccessTokens> begin(Login login, RotationPolicy policy) {
    if (capped.contains(login.family())) {
      return List.of();
    }
    List<AccessTokens> revoked =
        store.begin(Login.issuedAt(login.begin(clock), issuedAt(login)), policy);
    revoked.stream()
        .map(AccessTokens::family)
        .filter(family -> !family.equals(login.family()))
        .forEach(capped::add);
    return revoked;
  }

  /** Nor does a revocation name such a family. */
  void revoke(Revocation revocation) {
    if (revocation.marks().families().stream().noneMatch(capped::contains)) {
      store.revoke(revocation);
    }
  }

  /** Redis is flushed. */
  void forget() {
    capped.clear();
    reference.forget();
    topology.flush();
  }
}
