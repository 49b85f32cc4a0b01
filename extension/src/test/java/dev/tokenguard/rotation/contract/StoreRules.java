package dev.tokenguard.rotation.contract;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tokenguard.revocation.Revocation;
import dev.tokenguard.revocation.RevocationScope;
import dev.tokenguard.revocation.RevocationTarget;
import dev.tokenguard.rotation.FamilyStore;
import dev.tokenguard.rotation.Login;
import dev.tokenguard.rotation.Policies;
import dev.tokenguard.rotation.RefreshDecision;
import dev.tokenguard.rotation.RefreshDecision.Revoked;
import dev.tokenguard.rotation.RefreshDecision.Rotated;
import dev.tokenguard.rotation.RotationPolicy;
import dev.tokenguard.rotation.TestClock;
import dev.tokenguard.rotation.TokenFamily.AccessTokens;
import java.time.Duration;
import java.util.List;
import java.util.function.Function;

/** An empty store with its clock, and a login. */
abstract class StoreRules {

  final TestClock clock = TestClock.started();
  final Login login = Login.at(clock);
  final FamilyStore store;

  StoreRules(Function<TestClock, FamilyStore> opening) {
    this.store = opening.apply(clock);
  }

  final void advanceSeconds(long seconds) {
    clock.advance(Duration.ofSeconds(seconds));
  }

  final long inSeconds(long seconds) {
    return clock.second() + seconds;
  }

  final <T extends RefreshDecision> T present(
      Login from, long generation, RotationPolicy policy, Class<T> expected) {
    RefreshDecision decision = store.rotate(from.refresh(generation, clock), policy, it -> false);
    assertThat(decision).isInstanceOf(expected);
    return expected.cast(decision);
  }

  final Rotated rotate(Login from, long generation) {
    return present(from, generation, Policies.DEFAULT, Rotated.class);
  }

  /** Rotates one generation after the other, each by its newest token. */
  final void rotate(Login from, long first, long last) {
    for (long generation = first; generation <= last; generation++) {
      rotate(from, generation);
    }
  }

  final void begin(Login one) {
    assertThat(store.begin(one.begin(clock), Policies.DEFAULT)).isEmpty();
  }

  final List<AccessTokens> revoke(RevocationTarget target) {
    return store.revoke(new Revocation(target, clock.second(), inSeconds(Login.RETENTION)));
  }

  final void assertRevoked(Login from, long generation, RevocationScope scope) {
    assertThat(present(from, generation, Policies.DEFAULT, Revoked.class).scope()).isEqualTo(scope);
  }
}
