package dev.tokenguard.redis;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tokenguard.redis.connection.TestTopology;
import dev.tokenguard.revocation.Revocation;
import dev.tokenguard.rotation.Login;
import dev.tokenguard.rotation.RefreshDecision;
import dev.tokenguard.rotation.RefreshDecision.Kept;
import dev.tokenguard.rotation.RefreshDecision.Revoked;
import dev.tokenguard.rotation.RefreshDecision.SuccessorToken;
import dev.tokenguard.rotation.RotationPolicy;

/** The course of what happens in a world: its policy and the newest tokens that were given out. */
final class Course {

  private final World world;
  private final long[] newest;
  private RotationPolicy policy;

  Course(TestTopology topology, RotationPolicy policy) {
    this.world = new World(topology);
    this.newest = new long[world.logins.size()];
    this.policy = policy;
  }

  World world() {
    return world;
  }

  Login login(int family) {
    return world.logins.get(family);
  }

  long newest(int family) {
    return newest[family];
  }

  void gaveOut(int family, SuccessorToken child) {
    newest[family] = Math.max(newest[family], child.generation());
    world.gaveOut(login(family), child.issuedAt());
  }

  void goBy(RotationPolicy other) {
    policy = other;
  }

  long now() {
    return world.clock.second();
  }

  long remembered() {
    return now() + Login.REMEMBERED;
  }

  /** A policy that only observes must not refuse, whatever comes, but for what was revoked. */
  RefreshDecision present(
      Login login, long generation, boolean wasUnanswered, Happening.Variation variation) {
    RefreshDecision outcome =
        world.store.rotate(
            variation.of(world.refresh(login, Math.max(0, generation))),
            variation == Happening.Variation.LOOKED_UP ? policy.lookupOnly() : policy,
            it -> wasUnanswered);
    assertThat(outcome)
        .matches(
            it ->
                it.issued().isPresent()
                    || it instanceof Kept
                    || it instanceof Revoked
                    || !policy.isObserving());
    return outcome;
  }

  void begin(Login login) {
    world.begin(login, policy);
  }

  void revoke(Revocation revocation) {
    world.revoke(revocation);
  }
}
