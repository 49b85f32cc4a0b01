package dev.tokenguard.rotation;

import static dev.tokenguard.rotation.Children.again;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tokenguard.rotation.RefreshDecision.Replayed;
import dev.tokenguard.rotation.RefreshDecision.ReuseReason;
import dev.tokenguard.rotation.RefreshDecision.Reused;
import dev.tokenguard.rotation.RefreshDecision.SuccessorToken;
import dev.tokenguard.rotation.RefreshDecision.Throttled;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** When a replaced token gets the same child again. */
abstract class GraceRules extends StoreRules {

  private static final RotationPolicy POLICY = Policies.with("grace-period", 10);
  private static final RotationPolicy WITHOUT = Policies.with("grace-period", 0);

  GraceRules(Function<TestClock, FamilyStore> opening) {
    super(opening);
  }

  @Test
  void whenAReplacedTokenComesAgainInGrace_thenItGetsTheVerySameChild() {
    SuccessorToken child = assertRotates(login, 0, POLICY).child();
    advanceSeconds(5);
    assertThat(assertReplays(login, 0, POLICY).child()).isEqualTo(again(child, 1));
    SuccessorToken next = assertRotates(login, 1, POLICY).child();
    advanceSeconds(9);
    assertThat(assertReplays(login, 1, POLICY).child()).isEqualTo(again(next, 2));
  }

  @Test
  void whenReplaysAreCounted_thenEachTellsHowManyByNow() {
    assertRotates(login, 0, POLICY);
    assertThat(assertReplays(login, 0, POLICY).child().replay()).isEqualTo(1);
    assertThat(assertReplays(login, 0, POLICY).child().replay()).isEqualTo(2);
    assertRotates(login, 1, POLICY);
    assertThat(assertReplays(login, 1, POLICY).child().replay()).isEqualTo(3);
  }

  @Test
  void givenTheBindingWasSwitchedOnMeanwhile_whenATokenComesAgain_thenItGetsTheVerySameChild() {
    SuccessorToken child = assertRotates(login, 0, POLICY).child();
    RotationPolicy binding = Policies.with("bind-to", "ip");
    assertThat(assertReplays(login, 0, binding).child()).isEqualTo(again(child, 1));
  }

  @Test
  void whenTheGracePeriodIsNotQuiteOver_thenAReplayIsCovered() {
    assertRotates(login, 0, POLICY);
    advance(Duration.ofSeconds(10).minusMillis(1));
    assertReplays(login, 0, POLICY);
  }

  @Test
  void whenTheGracePeriodIsJustOver_thenAReplayIsAReuse() {
    assertRotates(login, 0, POLICY);
    advanceSeconds(10);
    assertReused(login, 0, POLICY, ReuseReason.GRACE_PERIOD_OVER);
  }

  @Test
  void givenManyReplays_whenTheGracePeriodIsOver_thenItHasNotSlidden() {
    assertRotates(login, 0, POLICY);
    for (int replay = 0; replay < 3; replay++) {
      advanceSeconds(3);
      assertReplays(login, 0, POLICY);
    }
    advanceSeconds(1);
    assertReused(login, 0, POLICY, ReuseReason.GRACE_PERIOD_OVER);
  }

  @Test
  void whenATokenIsTwoGenerationsOld_thenNoGraceCoversIt() {
    refresh(login, 0, 1, POLICY);
    assertReused(login, 0, POLICY, ReuseReason.OLDER_GENERATION);
  }

  @Test
  void givenThreeTokensOfOneSecond_whenTheFirstComesAgain_thenItIsAReuse() {
    refresh(login, 0, 2, POLICY);
    assertReused(login, 1, POLICY, ReuseReason.OLDER_GENERATION);
  }

  @Test
  void givenTheReplaysAreCapped_whenOneMoreComes_thenItIsThrottledAndNothingIsRevoked() {
    RotationPolicy capped = Policies.with("grace-max-replays", 2);
    assertRotates(login, 0, capped);
    assertReplays(login, 0, capped);
    assertReplays(login, 0, capped);
    List<TokenFamily> before = store.find(login.user());
    assertThat(present(login, 0, capped)).isEqualTo(new Throttled(Duration.ofSeconds(1)));
    assertThat(store.find(login.user())).isEqualTo(before);
    assertRotates(login, 1, capped);
  }

  @Test
  void givenTheReplaysAreCapped_whenOneMoreComesFromElsewhere_thenItIsAReuse() {
    RotationPolicy capped = Policies.with("grace-max-replays", 1);
    assertRotates(login, 0, capped);
    assertReplays(login, 0, capped);
    assertReused(login.from(Login.OTHER_AGENT), 0, capped, ReuseReason.OTHER_CONTEXT);
  }

  @Test
  void givenTheReplaysAreCapped_whenOneMoreComesAfterGrace_thenItIsAReuse() {
    RotationPolicy capped = Policies.with("grace-max-replays", 1);
    assertRotates(login, 0, capped);
    assertReplays(login, 0, capped);
    advanceSeconds(10);
    assertReused(login, 0, capped, ReuseReason.GRACE_PERIOD_OVER);
  }

  @Test
  void givenTheReplaysAreCapped_whenTheLineageGoesOn_thenTheyAreCountedAnew() {
    RotationPolicy capped = Policies.with("grace-max-replays", 1);
    assertRotates(login, 0, capped);
    assertReplays(login, 0, capped);
    assertRotates(login, 1, capped);
    assertReplays(login, 1, capped);
    present(login, 1, capped, Throttled.class);
  }

  @Test
  void givenNoCap_whenManyReplaysCome_thenAllAreCovered() {
    RotationPolicy uncapped = Policies.with("grace-max-replays", 0);
    assertRotates(login, 0, uncapped);
    for (int replay = 1; replay <= 50; replay++) {
      assertThat(assertReplays(login, 0, uncapped).child().replay()).isEqualTo(replay);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "none,               true,  true",
    "user-agent,         false, true",
    "ip,                 true,  false",
    "user-agent-and-ip,  false, false",
  })
  void whenAReplayComesFromElsewhere_thenTheContextDecides(
      String context, boolean coversOtherAgent, boolean coversOtherIp) {
    RotationPolicy policy = Policies.with("grace-context", context);
    assertCovers(coversOtherAgent, login.asFamily("1"), Login.OTHER_AGENT, policy);
    assertCovers(coversOtherIp, login.asFamily("2"), Login.OTHER_IP, policy);
  }

  private void assertCovers(
      boolean isCovered, Login one, RequestContext elsewhere, RotationPolicy policy) {
    assertRotates(one, 0, policy);
    assertReplays(one, 0, policy);
    if (isCovered) {
      assertReplays(one.from(elsewhere), 0, policy);
    } else {
      assertReused(one.from(elsewhere), 0, policy, ReuseReason.OTHER_CONTEXT);
    }
  }

  @Test
  void givenARotationFromElsewhere_whenItIsReplayed_thenTheContextIsThatOfTheRotation() {
    assertRotates(login, 0, POLICY);
    assertRotates(login.from(Login.OTHER_AGENT), 1, POLICY);
    assertReplays(login.from(Login.OTHER_AGENT), 1, POLICY);
    assertReused(login, 1, POLICY, ReuseReason.OTHER_CONTEXT);
  }

  @Test
  void givenNoGrace_whenATokenComesAgainAtOnce_thenItIsAReuse() {
    assertRotates(login, 0, WITHOUT);
    assertReused(login, 0, WITHOUT, ReuseReason.GRACE_PERIOD_OVER);
  }

  @Test
  void givenNoGrace_whenTheClockWasSetBack_thenAReplayIsStillAReuse() {
    assertRotates(login, 0, WITHOUT);
    advance(Duration.ofSeconds(-5));
    assertReused(login, 0, WITHOUT, ReuseReason.GRACE_PERIOD_OVER);
  }

  @Test
  void givenGrace_whenTheClockWasSetBack_thenAReplayIsCoveredAndTheLineageGoesOn() {
    SuccessorToken child = assertRotates(login, 0, POLICY).child();
    advance(Duration.ofSeconds(-5));
    assertThat(assertReplays(login, 0, POLICY).child()).isEqualTo(again(child, 1));
    assertRotates(login, 1, POLICY);
  }

  @Test
  void givenNobodyWasGivenTheChild_whenTheGracePeriodIsOver_thenItIsGivenAndTheLineageGoesOn() {
    SuccessorToken child = assertRotates(login, 0, POLICY).child();
    advance(Duration.ofMinutes(5));
    assertGiven(child, presentUnanswered(login, 0, POLICY));
    assertRotates(login, 1, POLICY);
  }

  @Test
  void givenNobodyWasGivenTheChild_whenItIsGiven_thenTheGracePeriodBegins() {
    SuccessorToken child = assertRotates(login, 0, POLICY).child();
    advance(Duration.ofMinutes(5));
    assertGiven(child, presentUnanswered(login, 0, POLICY));
    advanceSeconds(9);
    assertGiven(child, presentUnasked(login, 0, POLICY));
    advanceSeconds(1);
    assertReused(login, 0, POLICY, ReuseReason.GRACE_PERIOD_OVER);
  }

  @Test
  void givenNobodyWasGivenTheChild_whenThereIsNoGrace_thenItIsGivenOnce() {
    SuccessorToken child = assertRotates(login, 0, WITHOUT).child();
    assertGiven(child, presentUnanswered(login, 0, WITHOUT));
    assertReused(login, 0, WITHOUT, ReuseReason.GRACE_PERIOD_OVER);
  }

  /** A Redis that hangs carries out later what many retries have sent. */
  @Test
  void givenNobodyWasGivenTheChild_whenTheReplaysAreUsedUp_thenItIsGivenAfterGrace() {
    RotationPolicy capped = Policies.with("grace-max-replays", 1);
    SuccessorToken child = assertRotates(login, 0, capped).child();
    assertReplays(login, 0, capped);
    assertThat(presentUnasked(login, 0, capped)).isInstanceOf(Throttled.class);
    advanceSeconds(10);
    assertGiven(child, presentUnanswered(login, 0, capped));
    assertThat(presentUnasked(login, 0, capped)).isInstanceOf(Throttled.class);
  }

  @Test
  void givenTheChildWasGiven_whenTheGracePeriodIsOver_thenThatIsAskedOnce() {
    assertRotates(login, 0, POLICY);
    advanceSeconds(10);
    AtomicInteger asked = new AtomicInteger();
    RefreshDecision outcome =
        store.rotate(login.refresh(0, clock), POLICY, it -> asked.incrementAndGet() > 1);
    assertThat(outcome).isInstanceOf(RefreshDecision.Reused.class);
    assertThat(asked).hasValue(1);
  }

  @Test
  void whenMoreSpeaksAgainstAReplayThanItsTime_thenNothingExcusesIt() {
    refresh(login, 0, 1, POLICY);
    assertThat(presentUnasked(login, 0, POLICY)).isInstanceOf(RefreshDecision.Reused.class);
    assertThat(presentUnasked(login, 1, POLICY)).isInstanceOf(RefreshDecision.Revoked.class);
    Login other = login.asFamily("other");
    assertRotates(other, 0, POLICY);
    advanceSeconds(10);
    assertThat(presentUnasked(other.from(Login.OTHER_AGENT), 0, POLICY))
        .isInstanceOf(RefreshDecision.Reused.class);
  }

  @Test
  void givenItOnlyObserves_whenTheGracePeriodIsOver_thenNothingIsAsked() {
    RotationPolicy observing = Policies.with("mode", "observe");
    SuccessorToken child = assertRotates(login, 0, observing).child();
    advanceSeconds(10);
    assertGiven(child, presentUnasked(login, 0, observing));
  }

  private static void assertGiven(SuccessorToken child, RefreshDecision outcome) {
    assertThat(outcome).isInstanceOf(RefreshDecision.Replayed.class);
    assertThat(again(((RefreshDecision.Replayed) outcome).child(), 0)).isEqualTo(child);
  }

  private RefreshDecision arrived(Duration ago, long generation, RotationPolicy policy) {
    return store.rotate(
        Login.attempted(login.refresh(generation, clock), "late", ago), policy, it -> false);
  }

  @Test
  void givenASlowNode_whenARequestArrivedInGrace_thenItIsCoveredThoughTheStoreIsAskedLater() {
    assertRotates(login, 0, POLICY);
    advanceSeconds(16);
    assertThat(arrived(Duration.ofMillis(6_001), 0, POLICY)).isInstanceOf(Replayed.class);
    assertThat(arrived(Duration.ofSeconds(6), 0, POLICY)).isInstanceOf(Reused.class);
  }

  @Test
  void givenNoGrace_whenARequestArrivedBeforeTheRotation_thenAReplayIsStillAReuse() {
    assertRotates(login, 0, WITHOUT);
    assertThat(arrived(Duration.ofSeconds(20), 0, WITHOUT)).isInstanceOf(Reused.class);
  }

  private RefreshDecision attempt(String id, Predicate<String> wasUnanswered) {
    return store.rotate(
        Login.attempted(login.refresh(0, clock), id, Duration.ZERO), WITHOUT, wasUnanswered);
  }

  @Test
  void whenAReplayComesAfterGrace_thenItIsAskedForTheAttemptThatWasGrantedTheChildLast() {
    attempt("one1", it -> false);
    List<String> asked = new ArrayList<>();
    assertThat(attempt("two2", it -> asked.add(it))).isInstanceOf(Replayed.class);
    assertThat(attempt("thr3", it -> asked.add(it))).isInstanceOf(Replayed.class);
    assertThat(asked).containsExactly("one1", "two2");
  }

  @Test
  void givenTheRotationWasAnswered_whenOnlyALaterAttemptWasNot_thenThatIsNoExcuse() {
    attempt("one1", it -> false);
    assertThat(attempt("two2", "thf1"::equals)).isInstanceOf(Reused.class);
  }

  @Test
  void givenAnUnansweredAttempt_whenTheNextOneWasAnswered_thenALaterReplayIsAReuse() {
    attempt("one1", it -> false);
    assertThat(attempt("two2", "one1"::equals)).isInstanceOf(Replayed.class);
    assertThat(attempt("thf1", "one1"::equals)).isInstanceOf(Reused.class);
  }

  @Test
  void givenAnAttemptWithoutAName_whenItsChildIsAskedForAgain_thenNothingExcusesThat() {
    attempt("", it -> false);
    assertThat(
            attempt(
                "two2",
                it -> {
                  throw new AssertionError("asked");
                }))
        .isInstanceOf(Reused.class);
  }

  @Test
  void givenAnAdoptedFamily_whenItsTokenComesAgain_thenGraceCoversItAsAnyOther() {
    SuccessorToken child = assertRotates(login, 5, POLICY).child();
    assertThat(assertReplays(login, 5, POLICY).child()).isEqualTo(again(child, 1));
    assertThat(child)
        .isEqualTo(new SuccessorToken(6, clock.second(), inSeconds(1800), 0, Optional.empty()));
    assertReused(login, 4, POLICY, ReuseReason.OLDER_GENERATION);
  }
}
