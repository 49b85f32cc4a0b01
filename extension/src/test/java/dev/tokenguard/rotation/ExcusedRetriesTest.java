package dev.tokenguard.rotation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tokenguard.rotation.RotationOutcome.Replayed;
import dev.tokenguard.rotation.RotationOutcome.Reused;
import dev.tokenguard.rotation.RotationOutcome.Rotated;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** The store rotates, its answer is lost, and the client comes back when the outage is over. */
final class ExcusedRetriesTest {

  private static final RotationPolicy POLICY = Policies.with("grace-period", 10);
  private static final RotationPolicy STRICT = Policies.with("grace-period", 0);
  private static final Duration OUTAGE = Duration.ofMinutes(5);

  private final TestClock clock = TestClock.started();
  private final FamilyStore reliable = new InMemoryFamilyStore(clock);
  private final Lossy lossy = new Lossy(reliable);
  private final FamilyStore store = new ExcusedRetries(lossy, () -> clock.millis() * 1_000_000);
  private final Login login = Login.at(clock);

  /** It keeps what a store promises. */
  @Nested
  final class WhileTheStoreAnswers extends FamilyStoreContract {
    @Override
    protected FamilyStore open(TestClock clock) {
      return new ExcusedRetries(new InMemoryFamilyStore(clock), () -> clock.millis() * 1_000_000);
    }
  }

  @Test
  void givenALostAnswer_whenTheClientComesBackAfterTheGracePeriod_thenItGetsTheChild() {
    loseTheAnswerTo(login.refresh(0, clock), POLICY);
    clock.advance(OUTAGE);
    assertThat(rotate(0, POLICY)).isInstanceOf(Replayed.class);
    assertThat(rotate(1, POLICY)).isInstanceOf(Rotated.class);
  }

  @Test
  void givenALostAnswer_whenThereIsNoGracePeriod_thenTheClientGetsTheChildOnce() {
    loseTheAnswerTo(login.refresh(0, clock), STRICT);
    clock.advance(OUTAGE);
    assertThat(rotate(0, STRICT)).isInstanceOf(Replayed.class);
    assertThat(rotate(0, STRICT)).isInstanceOf(Reused.class);
  }

  @Test
  void givenALostAnswer_whenSeveralRetriesAreLostToo_thenTheTimeCountsFromTheFirst() {
    loseTheAnswerTo(login.refresh(0, clock), POLICY);
    clock.advance(OUTAGE);
    loseTheAnswerTo(login.refresh(0, clock), POLICY);
    clock.advance(OUTAGE);
    assertThat(rotate(0, POLICY)).isInstanceOf(Replayed.class);
  }

  @Test
  void givenALostAnswer_whenItWasGivenLater_thenTheNextReplayIsAReuseAsEver() {
    loseTheAnswerTo(login.refresh(0, clock), POLICY);
    assertThat(rotate(0, POLICY)).isInstanceOf(Replayed.class);
    clock.advance(OUTAGE);
    assertThat(rotate(0, POLICY)).isInstanceOf(Reused.class);
  }

  @Test
  void givenALostAnswer_whenTheTokenComesFromElsewhere_thenItIsAReuse() {
    loseTheAnswerTo(login.refresh(0, clock), POLICY);
    clock.advance(OUTAGE);
    RotationRequest elsewhere = login.from(Login.OTHER_AGENT).refresh(0, clock);
    assertThat(store.rotate(elsewhere, POLICY)).isInstanceOf(Reused.class);
  }

  @Test
  void givenALostAnswer_whenTheClientComesBackMuchTooLate_thenItIsAReuse() {
    loseTheAnswerTo(login.refresh(0, clock), POLICY);
    clock.advance(ExcusedRetries.PATIENCE.plusSeconds(10));
    assertThat(rotate(0, POLICY)).isInstanceOf(Reused.class);
  }

  @Test
  void givenALostAnswer_whenAnotherTokenIsReplayed_thenItIsNotExcused() {
    rotate(0, POLICY);
    loseTheAnswerTo(login.refresh(1, clock), POLICY);
    clock.advance(OUTAGE);
    assertThat(rotate(0, POLICY)).isInstanceOf(Reused.class);
  }

  @Test
  void givenTheClientWasServedWithoutTheStore_thenALaterReplayIsNotExcused() {
    RotationPolicy allowing = Policies.with("grace-period", 10, "on-redis-failure", "allow");
    loseTheAnswerTo(login.refresh(0, clock), allowing);
    clock.advance(OUTAGE);
    assertThat(rotate(0, allowing)).isInstanceOf(Reused.class);
  }

  @Test
  void givenTooManyLostAnswers_whenOneMoreIsLost_thenTheOldestIsForgotten() {
    loseTheAnswerTo(login.refresh(0, clock), POLICY);
    for (int other = 0; other < ExcusedRetries.CAPACITY; other++) {
      loseTheAnswerTo(login.asFamily("family-" + other).refresh(0, clock), POLICY);
    }
    clock.advance(OUTAGE);
    assertThat(rotate(0, POLICY)).isInstanceOf(Reused.class);
    Login newest = login.asFamily("family-" + (ExcusedRetries.CAPACITY - 1));
    assertThat(store.rotate(newest.refresh(0, clock), POLICY)).isInstanceOf(Replayed.class);
  }

  private RotationOutcome rotate(long generation, RotationPolicy policy) {
    return store.rotate(login.refresh(generation, clock), policy);
  }

  private void loseTheAnswerTo(RotationRequest request, RotationPolicy policy) {
    lossy.losesAnswers = true;
    assertThatThrownBy(() -> store.rotate(request, policy))
        .isInstanceOf(StoreUnavailableException.class);
    lossy.losesAnswers = false;
  }

  /** Carries everything out, and does not always say so. */
  private static final class Lossy implements FamilyStore {
    private final FamilyStore store;
    private boolean losesAnswers;

    private Lossy(FamilyStore store) {
      this.store = store;
    }

    @Override
    public RotationOutcome rotate(RotationRequest request, RotationPolicy policy) {
      RotationOutcome outcome = store.rotate(request, policy);
      if (losesAnswers) {
        throw new StoreUnavailableException("the answer is lost", null);
      }
      return outcome;
    }

    @Override
    public List<AccessTokens> begin(RotationRequest login, RotationPolicy policy) {
      return store.begin(login, policy);
    }

    @Override
    public List<AccessTokens> revoke(Revocation revocation) {
      return store.revoke(revocation);
    }

    @Override
    public List<TokenFamily> find(String userId) {
      return store.find(userId);
    }
  }
}
