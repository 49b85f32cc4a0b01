package dev.tokenguard.rotation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tokenguard.rotation.RefreshDecision.Denied;
import dev.tokenguard.rotation.RefreshDecision.ReuseReason;
import dev.tokenguard.rotation.RefreshDecision.Throttled;
import java.time.Duration;
import java.util.List;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

/** Rotations, lifetime and refreshes per minute. */
abstract class LimitRules extends StoreRules {

  private static final RotationPolicy TWO_ROTATIONS = Policies.with("max-rotations", 2);
  private static final RotationPolicy ONE_HOUR = Policies.with("absolute-lifetime", 3600);
  private static final RotationPolicy TWO_A_MINUTE = Policies.with("max-refreshes-per-minute", 2);

  LimitRules(Function<TestClock, FamilyStore> opening) {
    super(opening);
  }

  @Test
  void givenTheRotationsAreUsedUp_whenOneMoreIsAskedFor_thenItIsLimited() {
    refresh(login, 0, 1, TWO_ROTATIONS);
    assertThat(present(login, 2, TWO_ROTATIONS)).isEqualTo(Denied.LIMITED);
  }

  @Test
  void givenTheRotationsAreUsedUp_whenTheLastOneIsRepeated_thenGraceCoversIt() {
    refresh(login, 0, 1, TWO_ROTATIONS);
    assertReplays(login, 1, TWO_ROTATIONS);
  }

  @Test
  void givenTheLimitWasLoweredMeanwhile_whenATokenIsRepeated_thenGraceCoversIt() {
    refresh(login, 0, 2, Policies.DEFAULT);
    assertReplays(login, 2, TWO_ROTATIONS);
    assertThat(present(login, 3, TWO_ROTATIONS)).isEqualTo(Denied.LIMITED);
  }

  @Test
  void givenTheRotationsAreUsedUp_whenARefreshIsRefused_thenNothingHasChanged() {
    refresh(login, 0, 1, TWO_ROTATIONS);
    List<TokenFamily> before = store.find(login.user());
    advanceSeconds(1);
    present(login, 2, TWO_ROTATIONS);
    assertThat(store.find(login.user())).isEqualTo(before);
    assertRotates(login, 2, Policies.DEFAULT);
  }

  @Test
  void givenAnAdoptedOrFastForwardedFamily_whenItsGenerationIsBeyondTheLimit_thenItIsLimited() {
    assertThat(present(login, 2, TWO_ROTATIONS)).isEqualTo(Denied.LIMITED);
    assertRotates(login, 0, TWO_ROTATIONS);
    assertThat(present(login, 9, TWO_ROTATIONS)).isEqualTo(Denied.LIMITED);
    assertRotates(login, 1, TWO_ROTATIONS);
  }

  @Test
  void whenTheLifetimeIsJustOver_thenTheTokenHasExpired() {
    assertRotates(login, 0, ONE_HOUR);
    advanceSeconds(3599);
    assertRotates(login, 1, ONE_HOUR);
    advanceSeconds(1);
    assertThat(present(login, 2, ONE_HOUR)).isEqualTo(Denied.EXPIRED);
    assertThat(present(login, 1, ONE_HOUR)).isEqualTo(Denied.EXPIRED);
    assertThat(present(login.asFamily("another"), 0, ONE_HOUR)).isEqualTo(Denied.EXPIRED);
  }

  @Test
  void whenAnExpiredTokenWasReplacedLongAgo_thenItIsStillAReuse() {
    refresh(login, 0, 2, ONE_HOUR);
    advanceSeconds(3600);
    assertReused(login, 0, ONE_HOUR, ReuseReason.OLDER_GENERATION);
  }

  @Test
  void whenAMinutesRefreshesAreUsedUp_thenTheNextIsThrottledUntilTheMinuteIsOver() {
    refresh(login, 0, 1, TWO_A_MINUTE);
    advance(Duration.ofMillis(20_500));
    // The minute began in the second of the first refresh, 250 ms before it.
    assertThat(present(login, 2, TWO_A_MINUTE)).isEqualTo(new Throttled(Duration.ofMillis(39_250)));
    advance(Duration.ofMillis(39_249));
    assertThat(present(login, 2, TWO_A_MINUTE)).isEqualTo(new Throttled(Duration.ofMillis(1)));
    advance(Duration.ofMillis(1));
    refresh(login, 2, 3, TWO_A_MINUTE);
    present(login, 4, TWO_A_MINUTE, Throttled.class);
  }

  @Test
  void whenARefreshIsThrottled_thenNothingHasChanged() {
    refresh(login, 0, 1, TWO_A_MINUTE);
    List<TokenFamily> before = store.find(login.user());
    advanceSeconds(1);
    for (int attempt = 0; attempt < 5; attempt++) {
      present(login, 2, TWO_A_MINUTE, Throttled.class);
    }
    assertThat(store.find(login.user())).isEqualTo(before);
    advanceSeconds(59);
    refresh(login, 2, 3, TWO_A_MINUTE);
  }

  @Test
  void whenReplaysComeInTheSameMinute_thenTheyCountAsRefreshes() {
    assertRotates(login, 0, TWO_A_MINUTE);
    assertReplays(login, 0, TWO_A_MINUTE);
    present(login, 0, TWO_A_MINUTE, Throttled.class);
    present(login, 1, TWO_A_MINUTE, Throttled.class);
  }

  @Test
  void whenAFamilyIsThrottled_thenAReuseIsStillDetected() {
    refresh(login, 0, 1, TWO_A_MINUTE);
    present(login, 2, TWO_A_MINUTE, Throttled.class);
    assertReused(login, 0, TWO_A_MINUTE, ReuseReason.OLDER_GENERATION);
  }

  @Test
  void whenOneFamilyIsThrottled_thenAnotherOfTheSameUserIsNot() {
    refresh(login, 0, 1, TWO_A_MINUTE);
    present(login, 2, TWO_A_MINUTE, Throttled.class);
    assertRotates(login.asFamily("another"), 0, TWO_A_MINUTE);
  }

  @Test
  void givenAFullMinute_whenTheClockWasSetBack_thenANewMinuteBegins() {
    refresh(login, 0, 1, TWO_A_MINUTE);
    advanceSeconds(-30);
    refresh(login, 2, 3, TWO_A_MINUTE);
    present(login, 4, TWO_A_MINUTE, Throttled.class);
  }

  @Test
  void givenNoLimits_whenAFamilyIsRefreshedAgainAndAgainForWeeks_thenItGoesOn() {
    for (long generation = 0; generation < 200; generation++) {
      assertRotates(login, generation, Policies.DEFAULT);
      if (generation % 20 == 0) {
        advance(Duration.ofDays(5));
      }
    }
  }
}
