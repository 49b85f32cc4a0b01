package dev.tokenguard.rotation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tokenguard.revocation.RevocationScope;
import dev.tokenguard.revocation.Revocations;
import dev.tokenguard.rotation.RefreshDecision.Kept;
import dev.tokenguard.rotation.RefreshDecision.Outcome;
import dev.tokenguard.rotation.RefreshDecision.Replayed;
import dev.tokenguard.rotation.RefreshDecision.ReuseReason;
import dev.tokenguard.rotation.RefreshDecision.Revoked;
import dev.tokenguard.rotation.RefreshDecision.Rotated;
import dev.tokenguard.rotation.RefreshDecision.SuccessorToken;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** A policy that only observes refuses nothing and tells what it would have done. */
abstract class ObservationRules extends StoreRules {

  private static final RotationPolicy OBSERVING = observing();

  ObservationRules(Function<TestClock, FamilyStore> opening) {
    super(opening);
  }

  private static RotationPolicy observing(Object... settings) {
    return Policies.with(
        Stream.concat(Stream.of(settings), Stream.of("mode", "observe")).toArray());
  }

  private Replayed replaysNewest(
      Login from, long generation, RotationPolicy policy, SuccessorToken newest) {
    Replayed replayed = present(from, generation, policy, Replayed.class);
    assertThat(Children.again(replayed.child(), 0)).isEqualTo(newest);
    return replayed;
  }

  private void assertWouldBeReused(Replayed replayed) {
    assertThat(replayed.observed()).contains(Outcome.REUSED);
  }

  private void assertRotatesAlthough(
      Login from, long generation, RotationPolicy policy, Outcome observed) {
    Rotated rotated = present(from, generation, policy, Rotated.class);
    assertThat(rotated.child().generation()).isEqualTo(generation + 1);
    assertThat(rotated.observed()).contains(observed);
  }

  @Test
  void whenNothingIsWrong_thenNothingIsTold() {
    refresh(login, 0, 2, OBSERVING);
    assertReplays(login, 2, OBSERVING);
  }

  @Test
  void whenAnOldTokenIsPresented_thenItGetsTheNewestChildAndTheReuseIsTold() {
    refresh(login, 0, 2, OBSERVING);
    advanceSeconds(5);
    SuccessorToken newest = assertRotates(login, 3, OBSERVING).child();
    advanceSeconds(5);
    for (long generation = 0; generation <= 2; generation++) {
      assertWouldBeReused(replaysNewest(login, generation, OBSERVING, newest));
    }
    assertRotates(login, 4, OBSERVING);
  }

  @Test
  void whenGraceIsOver_thenTheReplayGetsTheNewestChildAndTheReuseIsTold() {
    SuccessorToken newest = assertRotates(login, 0, OBSERVING).child();
    advanceSeconds(10);
    assertWouldBeReused(replaysNewest(login, 0, OBSERVING, newest));
  }

  @Test
  void whenAReplayComesFromElsewhere_thenTheReuseIsToldAndNoGraceIsUsedUp() {
    RotationPolicy policy = observing("grace-max-replays", 1);
    SuccessorToken newest = assertRotates(login, 0, policy).child();
    for (int time = 0; time < 3; time++) {
      Replayed replayed = replaysNewest(login.from(Login.OTHER_AGENT), 0, policy, newest);
      assertWouldBeReused(replayed);
    }
    assertReplays(login, 0, policy);
    assertThat(replaysNewest(login, 0, policy, newest).observed()).contains(Outcome.THROTTLED);
  }

  @Test
  void givenAnObservedReuse_whenThePolicyIsEnforced_thenTheFamilyIsAlive() {
    refresh(login, 0, 2, OBSERVING);
    present(login, 0, OBSERVING, Replayed.class);
    assertThat(store.find(login.user())).noneMatch(TokenFamily::isRevoked);
    assertRotates(login, 3, Policies.DEFAULT);
  }

  @Test
  void givenARevokedFamily_whenItIsRefreshed_thenItStaysRevoked() {
    assertRotates(login, 0, OBSERVING);
    store.revoke(Revocations.ofFamily(login.user(), login.family(), inSeconds(Login.REMEMBERED)));
    assertThat(present(login, 1, OBSERVING, Revoked.class).scope())
        .isEqualTo(RevocationScope.FAMILY);
    assertThat(present(login, 0, OBSERVING)).isInstanceOf(Revoked.class);
  }

  @Test
  void givenAReuseWhileItWasEnforced_whenThePolicyOnlyObserves_thenTheFamilyStaysRevoked() {
    refresh(login, 0, 1, Policies.DEFAULT);
    assertReused(login, 0, Policies.DEFAULT, ReuseReason.OLDER_GENERATION);
    for (long generation = 0; generation <= 3; generation++) {
      present(login, generation, OBSERVING, Revoked.class);
      present(login, generation, RotationPolicy.LOOKUP, Revoked.class);
    }
  }

  @Test
  void givenALookUp_whenATokenIsPresented_thenNothingChangesAndNothingIsRefused() {
    refresh(login, 0, 1, Policies.DEFAULT);
    List<TokenFamily> before = store.find(login.user());
    assertThat(present(login, 2, RotationPolicy.LOOKUP)).isEqualTo(new Kept(Optional.empty()));
    assertThat(present(login, 1, RotationPolicy.LOOKUP)).isEqualTo(new Kept(Optional.empty()));
    assertThat(present(login, 0, RotationPolicy.LOOKUP, Kept.class).observed())
        .contains(Outcome.REUSED);
    assertThat(present(login.asFamily("unknown"), 7, RotationPolicy.LOOKUP))
        .isEqualTo(new Kept(Optional.empty()));
    assertThat(store.find(login.user())).isEqualTo(before);
    assertRotates(login, 2, Policies.DEFAULT);
  }

  @Test
  void givenALookUpByAPolicy_whenGraceIsOver_thenTheReuseIsObservedByItsOwnGrace() {
    RotationPolicy hour = Policies.with("grace-period", 300).lookupOnly();
    assertRotates(login, 0, Policies.DEFAULT);
    advanceSeconds(200);
    assertThat(present(login, 0, hour)).isEqualTo(new Kept(Optional.empty()));
    assertThat(present(login, 0, RotationPolicy.LOOKUP, Kept.class).observed()).isPresent();
  }

  @Test
  void givenAFamilyThatWasRevokedBeforeItsFirstRefresh_whenItIsRefreshed_thenItStaysRevoked() {
    store.revoke(Revocations.ofFamily(login.user(), login.family(), inSeconds(Login.REMEMBERED)));
    present(login, 0, OBSERVING, Revoked.class);
    present(login, 1, OBSERVING, Revoked.class);
  }

  @Test
  void givenTheRecordIsMissing_whenThePolicyWouldDeny_thenTheFamilyIsAdoptedAndItIsTold() {
    RotationPolicy policy = observing("on-missing-state", "deny");
    Rotated rotated = present(login, 5, policy, Rotated.class);
    assertThat(rotated.outcome()).isEqualTo(Outcome.ADOPTED);
    assertThat(rotated.observed()).contains(Outcome.MISSING);
  }

  @Test
  void whenALimitIsReached_thenTheFamilyGoesOnAndTheLimitIsTold() {
    assertRotatesAlthough(login, 3, observing("max-rotations", 3), Outcome.LIMITED);
    advanceSeconds(60);
    assertRotatesAlthough(login, 4, observing("absolute-lifetime", 60), Outcome.EXPIRED);
    RotationPolicy oneAMinute = observing("max-refreshes-per-minute", 1);
    assertRotates(login, 5, oneAMinute);
    assertRotatesAlthough(login, 6, oneAMinute, Outcome.THROTTLED);
    advanceSeconds(60);
    assertRotates(login, 7, oneAMinute);
  }

  @Test
  void whenABoundFamilyMoves_thenItGoesOnAndTheMismatchIsTold() {
    for (String consequence : new String[] {"deny", "observe", "revoke-family"}) {
      RotationPolicy policy = observing("bind-to", "ip", "on-binding-mismatch", consequence);
      Login one = login.asFamily(consequence);
      assertRotates(one, 0, policy);
      assertRotatesAlthough(one.from(Login.OTHER_IP), 1, policy, Outcome.MISMATCHED);
      assertRotates(one, 2, policy);
    }
    assertThat(store.find(login.user())).hasSize(3).noneMatch(TokenFamily::isRevoked);
  }

  @Test
  void whenMoreThanOneRuleIsBroken_thenTheGravestIsTold() {
    RotationPolicy policy =
        observing("max-rotations", 1, "absolute-lifetime", 1, "max-refreshes-per-minute", 1);
    refresh(login, 0, 0, policy);
    advanceSeconds(20);
    assertRotatesAlthough(login, 1, policy, Outcome.EXPIRED);
    assertThat(present(login, 0, policy, Replayed.class).observed()).contains(Outcome.REUSED);
    store.revoke(
        Revocations.ofSession(
            login.user(),
            Revocations.both(login.session()),
            clock.second(),
            inSeconds(Login.REMEMBERED)));
    assertThat(present(login, 0, policy))
        .isEqualTo(new Revoked(RevocationScope.SESSION, Optional.empty()));
  }
}
