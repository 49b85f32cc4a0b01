package dev.tokenguard.rotation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tokenguard.rotation.RefreshDecision.Denied;
import dev.tokenguard.rotation.RefreshDecision.Mismatched;
import dev.tokenguard.rotation.RefreshDecision.Outcome;
import dev.tokenguard.rotation.RefreshDecision.Rotated;
import dev.tokenguard.rotation.RefreshDecision.SuccessorToken;
import dev.tokenguard.rotation.RefreshDecision.Unavailable;
import dev.tokenguard.rotation.RefreshDecision.Unguarded;
import dev.tokenguard.rotation.TokenFamily.AccessTokens;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class RotationServiceTest {

  private static final TestClock CLOCK = TestClock.started();
  private static final Login LOGIN = Login.at(CLOCK);

  private static RefreshDecision decidedBy(
      OneAnswerStore store, RotationRequest request, RotationPolicy policy) {
    return new RotationService(store, new InMemoryUnacknowledgedRotations())
        .refresh(request, policy);
  }

  private static RefreshDecision withoutStore(Login login, long generation, RotationPolicy policy) {
    return decidedBy(OneAnswerStore.away(), login.refresh(generation, CLOCK), policy);
  }

  @Test
  void whenTheStoreDecides_thenThatIsTheDecision() {
    RefreshDecision decision =
        new Rotated(
            Outcome.ROTATED,
            new SuccessorToken(4, 1_000, 2_000, 0, Optional.empty()),
            new AccessTokens(LOGIN.family(), 1, 3, 1, 0, 2_000, "onrtac", "onrtrt"),
            Optional.of(Outcome.LIMITED));
    assertThat(
            decidedBy(
                OneAnswerStore.answering(decision), LOGIN.refresh(3, CLOCK), Policies.DEFAULT))
        .isSameAs(decision);
  }

  @Test
  void givenTheStoreIsUnavailable_whenThePolicyDenies_thenTheClientMayRetrySoon() {
    assertThat(withoutStore(LOGIN, 3, Policies.DEFAULT))
        .isEqualTo(new Unavailable(Duration.ofSeconds(2)));
  }

  @ParameterizedTest
  @CsvSource({"enforce, allow", "observe, allow", "observe, deny"})
  void givenTheStoreIsUnavailable_whenThePolicyAllowsOrObserves_thenTheLineageContinuesByTheToken(
      String mode, String onFailure) {
    RotationPolicy policy = Policies.with("mode", mode, "on-redis-failure", onFailure);
    long now = CLOCK.second();
    assertThat(withoutStore(LOGIN.boundTo(Login.OTHER_IP), 3, policy))
        .isEqualTo(
            new Unguarded(
                Optional.of(
                    new SuccessorToken(4, now, now + 1800, 0, Optional.of(Login.OTHER_IP)))));
  }

  @Test
  void givenTheStoreIsUnavailable_whenNoPolicyApplies_thenTheTokenIsServedAsByKeycloakAlone() {
    assertThat(withoutStore(LOGIN, 3, RotationPolicy.LOOKUP))
        .isEqualTo(new Unguarded(Optional.empty()));
  }

  @Test
  void givenTheStoreIsUnavailable_whenNoRefreshTokenIsIssued_thenThePolicyDecidesAsWell() {
    RotationRequest request = Login.withoutRefreshToken(LOGIN.refresh(3, CLOCK));
    assertThat(decidedBy(OneAnswerStore.away(), request, allowing()))
        .isEqualTo(new Unguarded(Optional.empty()));
    assertThat(decidedBy(OneAnswerStore.away(), request, Policies.DEFAULT))
        .isInstanceOf(Unavailable.class);
  }

  @Test
  void givenTheStoreIsUnavailable_whenTheTokenAloneShowsThatALimitIsReached_thenItIsRefused() {
    assertThat(withoutStore(LOGIN, 2, allowing("max-rotations", 2))).isEqualTo(Denied.LIMITED);
    Login longAgo = LOGIN.inSession("session", CLOCK.second() - 60);
    assertThat(withoutStore(longAgo, 2, allowing("absolute-lifetime", 60)))
        .isEqualTo(Denied.EXPIRED);
    for (String consequence : List.of("deny", "revoke-family")) {
      RotationPolicy policy = allowing("bind-to", "ip", "on-binding-mismatch", consequence);
      assertThat(withoutStore(LOGIN.boundTo(Login.OTHER_IP), 2, policy))
          .isEqualTo(new Mismatched(OptionalLong.of(2), Optional.empty()));
    }
  }

  @Test
  void givenTheStoreIsUnavailable_whenTheTokenIsJustWithinItsLimits_thenTheLineageContinues() {
    Login longAgo = LOGIN.inSession("session", CLOCK.second() - 59);
    Login elsewhere = LOGIN.boundTo(Login.OTHER_IP);
    assertThat(
            List.of(
                withoutStore(LOGIN, 1, allowing("max-rotations", 2)),
                withoutStore(longAgo, 2, allowing("absolute-lifetime", 60)),
                withoutStore(LOGIN, 2, allowing("bind-to", "ip")),
                withoutStore(elsewhere, 2, allowing("bind-to", "user-agent")),
                withoutStore(
                    elsewhere, 2, allowing("bind-to", "ip", "on-binding-mismatch", "observe"))))
        .allMatch(it -> it.issued().isPresent());
  }

  @Test
  void givenTheStoreIsUnavailableAndThePolicyObserves_whenALimitIsReached_thenNothingIsRefused() {
    RotationPolicy policy =
        Policies.with("mode", "observe", "max-rotations", 1, "absolute-lifetime", 1);
    Login longAgo = LOGIN.inSession("session", CLOCK.second() - 60);
    assertThat(withoutStore(longAgo, 9, policy)).isInstanceOf(Unguarded.class);
  }

  private static RotationPolicy allowing(Object... settings) {
    return Policies.with(
        Stream.concat(Stream.of(settings), Stream.of("on-redis-failure", "allow")).toArray());
  }
}
