package dev.tokenguard.rotation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tokenguard.revocation.RevocationScope;
import dev.tokenguard.rotation.RefreshDecision.Mismatched;
import dev.tokenguard.rotation.RefreshDecision.Outcome;
import dev.tokenguard.rotation.RefreshDecision.Replayed;
import dev.tokenguard.rotation.RefreshDecision.ReuseReason;
import dev.tokenguard.rotation.RefreshDecision.Reused;
import dev.tokenguard.rotation.RefreshDecision.Revoked;
import dev.tokenguard.rotation.RefreshDecision.Rotated;
import java.time.Duration;
import java.util.function.Function;

/** What the groups of rules share: a store, its clock, a login, and words for what is expected. */
abstract class StoreRules {

  protected final TestClock clock = TestClock.started();
  protected final Login login = Login.at(clock);
  protected final FamilyStore store;

  StoreRules(Function<TestClock, FamilyStore> opening) {
    this.store = opening.apply(clock);
  }

  protected final void advance(Duration duration) {
    clock.advance(duration);
  }

  protected final void advanceSeconds(long seconds) {
    clock.advance(Duration.ofSeconds(seconds));
  }

  protected final long inSeconds(long seconds) {
    return clock.second() + seconds;
  }

  protected final RefreshDecision present(Login from, long generation, RotationPolicy policy) {
    return store.rotate(from.refresh(generation, clock), policy, it -> false);
  }

  /** By a client that was never given the child of its token. */
  protected final RefreshDecision presentUnanswered(
      Login from, long generation, RotationPolicy policy) {
    return store.rotate(from.refresh(generation, clock), policy, it -> true);
  }

  /** Where it makes no difference whether the client was given the child. */
  protected final RefreshDecision presentUnasked(
      Login from, long generation, RotationPolicy policy) {
    return store.rotate(
        from.refresh(generation, clock),
        policy,
        it -> {
          throw new AssertionError("asked");
        });
  }

  protected final <T extends RefreshDecision> T present(
      Login from, long generation, RotationPolicy policy, Class<T> expected) {
    RefreshDecision decision = present(from, generation, policy);
    assertThat(decision).isInstanceOf(expected);
    return expected.cast(decision);
  }

  /** Rotates one generation after the other, each by its newest token. */
  protected final void refresh(Login from, long first, long last, RotationPolicy policy) {
    for (long generation = first; generation <= last; generation++) {
      assertRotates(from, generation, policy);
    }
  }

  protected final Rotated assertRotates(Login from, long generation, RotationPolicy policy) {
    Rotated rotated = present(from, generation, policy, Rotated.class);
    assertThat(rotated.child().generation()).isEqualTo(generation + 1);
    assertThat(rotated.observed()).isEmpty();
    return rotated;
  }

  protected final Rotated assertRotates(
      Login from, long generation, RotationPolicy policy, Outcome outcome) {
    Rotated rotated = assertRotates(from, generation, policy);
    assertThat(rotated.outcome()).isEqualTo(outcome);
    return rotated;
  }

  protected final Replayed assertReplays(Login from, long generation, RotationPolicy policy) {
    Replayed replayed = present(from, generation, policy, Replayed.class);
    assertThat(replayed.child().generation()).isEqualTo(generation + 1);
    assertThat(replayed.observed()).isEmpty();
    return replayed;
  }

  protected final Reused assertReused(
      Login from, long generation, RotationPolicy policy, ReuseReason reason) {
    Reused reused = present(from, generation, policy, Reused.class);
    assertThat(reused.why()).isEqualTo(reason);
    return reused;
  }

  protected final void assertRevoked(Login from, long generation, RevocationScope scope) {
    assertThat(present(from, generation, Policies.DEFAULT, Revoked.class).scope()).isEqualTo(scope);
  }

  protected final Mismatched assertMismatched(Login from, long generation, RotationPolicy policy) {
    return present(from, generation, policy, Mismatched.class);
  }
}
