package dev.tokenguard.rotation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tokenguard.rotation.RefreshDecision.Outcome;
import dev.tokenguard.rotation.RotationService.UnacknowledgedRotations;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The store rotates, its answer is lost, and the client comes back when the outage is over. */
final class LostAnswersTest {

  private static final RotationPolicy POLICY = Policies.with("grace-period", 10);
  private static final RotationPolicy STRICT = Policies.with("grace-period", 0);
  private static final Duration OUTAGE = Duration.ofMinutes(5);

  private final TestClock clock = TestClock.started();
  private final FamilyStore reliable = new InMemoryFamilyStore(clock);
  private final UnacknowledgedRotations unanswered = new InMemoryUnacknowledgedRotations();
  private final RotationService node = new RotationService(reliable, unanswered);
  private final RotationService cutOff =
      new RotationService(
          losing(reliable, StoreUnavailableException.unanswered("lost", null)), unanswered);
  private final Login login = Login.at(clock);
  private int attempts;

  @Test
  void givenALostAnswer_whenTheClientComesBackAfterTheGracePeriod_thenItGetsTheChild() {
    loseTheAnswerTo(0, POLICY);
    clock.advance(OUTAGE);
    assertThat(refresh(0, POLICY)).isEqualTo(Outcome.REPLAYED);
    assertThat(refresh(1, POLICY)).isEqualTo(Outcome.ROTATED);
  }

  /** R1 was answered; then the store hangs, and a thief tries R1. */
  @Test
  void givenTheClientHasItsChild_whenAThiefIsNotAnswered_thenTheReplayIsAReuse() {
    for (RotationPolicy policy : List.of(POLICY, STRICT)) {
      Login victim = login.asFamily("of " + policy.gracePeriod());
      assertThat(node.refresh(attempt(victim), policy).outcome()).isEqualTo(Outcome.STARTED);
      clock.advance(OUTAGE);
      // Sent while the store hangs: carried out later, or never.
      assertThat(cutOff.refresh(attempt(victim), policy).outcome()).isEqualTo(Outcome.UNAVAILABLE);
      RotationService hanging = new RotationService(OneAnswerStore.silent(), unanswered);
      assertThat(hanging.refresh(attempt(victim), policy).outcome()).isEqualTo(Outcome.UNAVAILABLE);
      assertThat(node.refresh(attempt(victim), policy).outcome())
          .isIn(Outcome.REUSED, Outcome.REVOKED);
    }
  }

  private RotationRequest attempt(Login of) {
    return Login.attempted(of.refresh(0, clock), "no" + ++attempts, Duration.ZERO);
  }

  @Test
  void givenAnUnansweredRefreshThatTheStoreNeverSaw_whenTheNextIsAnswered_thenAReplayIsAReuse() {
    RotationService hanging = new RotationService(OneAnswerStore.silent(), unanswered);
    assertThat(hanging.refresh(attempt(0), POLICY).outcome()).isEqualTo(Outcome.UNAVAILABLE);
    assertThat(refresh(0, POLICY)).isEqualTo(Outcome.STARTED);
    clock.advance(OUTAGE);
    assertThat(refresh(0, POLICY)).isEqualTo(Outcome.REUSED);
  }

  @Test
  void givenALostAnswer_whenAnotherTokenIsReplayed_thenItIsNotExcused() {
    assertThat(refresh(0, POLICY)).isEqualTo(Outcome.STARTED);
    loseTheAnswerTo(1, POLICY);
    clock.advance(OUTAGE);
    assertThat(refresh(0, POLICY)).isEqualTo(Outcome.REUSED);
  }

  @Test
  void givenTheClientWasServedWithoutTheStore_thenALaterReplayIsNotExcused() {
    RotationPolicy allowing = Policies.with("grace-period", 10, "on-redis-failure", "allow");
    assertThat(cutOff.refresh(login.refresh(0, clock), allowing).outcome())
        .isEqualTo(Outcome.UNGUARDED);
    clock.advance(OUTAGE);
    assertThat(refresh(0, allowing)).isEqualTo(Outcome.REUSED);
  }

  @Test
  void givenTheStoreWasNotAsked_thenALaterReplayIsNotExcused() {
    RotationService withoutStore =
        new RotationService(
            losing(reliable, new StoreUnavailableException("not asked", null)), unanswered);
    assertThat(withoutStore.refresh(login.refresh(0, clock), POLICY).outcome())
        .isEqualTo(Outcome.UNAVAILABLE);
    clock.advance(OUTAGE);
    assertThat(refresh(0, POLICY)).isEqualTo(Outcome.REUSED);
  }

  /** Each by an attempt of its own. */
  private RotationRequest attempt(long generation) {
    return Login.attempted(login.refresh(generation, clock), "no" + ++attempts, Duration.ZERO);
  }

  private Outcome refresh(long generation, RotationPolicy policy) {
    return node.refresh(attempt(generation), policy).outcome();
  }

  private void loseTheAnswerTo(long generation, RotationPolicy policy) {
    assertThat(cutOff.refresh(attempt(generation), policy).outcome())
        .isEqualTo(Outcome.UNAVAILABLE);
  }

  /** Carries each refresh out, and its answer is lost. */
  private static OneAnswerStore losing(FamilyStore store, StoreUnavailableException failure) {
    return new OneAnswerStore(
        (request, policy, wasUnanswered) -> {
          store.rotate(request, policy, wasUnanswered);
          throw failure;
        });
  }
}
