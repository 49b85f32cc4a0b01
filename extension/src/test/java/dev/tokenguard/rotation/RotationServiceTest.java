package dev.tokenguard.rotation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tokenguard.config.Setting;
import dev.tokenguard.revocation.RevocationScope;
import dev.tokenguard.rotation.Effect.Issue;
import dev.tokenguard.rotation.Effect.Label;
import dev.tokenguard.rotation.Effect.Postpone;
import dev.tokenguard.rotation.Effect.Refuse;
import dev.tokenguard.rotation.RotationOutcome.Expired;
import dev.tokenguard.rotation.RotationOutcome.Kept;
import dev.tokenguard.rotation.RotationOutcome.Limited;
import dev.tokenguard.rotation.RotationOutcome.Mismatched;
import dev.tokenguard.rotation.RotationOutcome.Missing;
import dev.tokenguard.rotation.RotationOutcome.Origin;
import dev.tokenguard.rotation.RotationOutcome.Refused;
import dev.tokenguard.rotation.RotationOutcome.Replayed;
import dev.tokenguard.rotation.RotationOutcome.ReuseReason;
import dev.tokenguard.rotation.RotationOutcome.Reused;
import dev.tokenguard.rotation.RotationOutcome.Revoked;
import dev.tokenguard.rotation.RotationOutcome.RevokedScope;
import dev.tokenguard.rotation.RotationOutcome.Rotated;
import dev.tokenguard.rotation.RotationOutcome.Throttled;
import java.time.Duration;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

final class RotationServiceTest {

  private static final TestClock CLOCK = TestClock.started();
  private static final Login LOGIN = Login.at(CLOCK);
  private static final SuccessorToken CHILD =
      new SuccessorToken(4, 1_000, 2_000, 0, Optional.of(Login.HERE));
  private static final AccessTokens TOKENS =
      new AccessTokens(LOGIN.family(), 1, 3, 1, 0, 2_000, "onrtac", "onrtrt");
  private static final RotationPolicy POLICY =
      Policies.with("on-reuse", "revoke-session", "bind-to", "user-agent-and-ip");

  /** What a store may decide, and what is to be done then. */
  private record Row(RotationOutcome outcome, Effect effect) {
    @Override
    public String toString() {
      return outcome.getClass().getSimpleName();
    }
  }

  static Stream<Row> rows() {
    return Stream.of(
        new Row(
            new Rotated(CHILD, Origin.NEXT, TOKENS, Optional.empty()),
            new Issue(Label.ROTATED, CHILD, Optional.empty(), Optional.empty())),
        new Row(
            new Replayed(CHILD, 2, Optional.empty()),
            new Issue(Label.REPLAYED, CHILD, Optional.empty(), Optional.empty())),
        new Row(
            new Kept(Optional.of(new Limited())),
            new Effect.Keep(Label.KEPT, Optional.of(Label.LIMITED))),
        new Row(
            new Reused(4, ReuseReason.GRACE_PERIOD_OVER, TOKENS),
            new Refuse(
                Label.REUSED,
                "grace-period-over",
                4,
                Optional.of(TOKENS),
                Optional.of(RevocationScope.SESSION))),
        new Row(
            new Revoked(RevokedScope.CLIENT_SESSION, Optional.empty()),
            refusal(Label.REVOKED, "client-session revoked before")),
        new Row(
            new Revoked(RevokedScope.FAMILY, Optional.of(TOKENS)),
            new Refuse(
                Label.REVOKED,
                "family revoked before",
                Refuse.UNKNOWN,
                Optional.of(TOKENS),
                Optional.empty())),
        new Row(new Missing(), refusal(Label.MISSING, "the family has no record")),
        new Row(new Limited(), refusal(Label.LIMITED, "max-rotations reached")),
        new Row(new Expired(), refusal(Label.EXPIRED, "absolute-lifetime is over")),
        new Row(
            new Throttled(Duration.ofMillis(1_500)),
            new Postpone(Label.THROTTLED, Duration.ofMillis(1_500))),
        new Row(
            new Mismatched(4, Optional.of(TOKENS)),
            new Refuse(
                Label.MISMATCHED,
                "bound to another user-agent-and-ip",
                4,
                Optional.of(TOKENS),
                Optional.empty())));
  }

  private static Refuse refusal(Label label, String reason) {
    return new Refuse(label, reason, Refuse.UNKNOWN, Optional.empty(), Optional.empty());
  }

  private static Stream<Class<?>> leaves(Class<?> type) {
    return type.isSealed()
        ? Arrays.stream(type.getPermittedSubclasses()).flatMap(RotationServiceTest::leaves)
        : Stream.of(type);
  }

  private static Effect effectOf(RotationOutcome outcome, RotationPolicy policy) {
    return new RotationService(
            OneAnswerStore.answering(outcome), new InMemoryUnacknowledgedRotations())
        .refresh(LOGIN.refresh(3, CLOCK), policy);
  }

  private static Effect effectWithoutStore(Login login, long generation, RotationPolicy policy) {
    return new RotationService(OneAnswerStore.away(), new InMemoryUnacknowledgedRotations())
        .refresh(login.refresh(generation, CLOCK), policy);
  }

  @Test
  void whenTheOutcomesAreCounted_thenEachPermittedSubclassHasARowHere() {
    assertThat(rows().<Class<?>>map(row -> row.outcome.getClass()).distinct().toList())
        .containsExactlyInAnyOrderElementsOf(leaves(RotationOutcome.class).toList());
  }

  @ParameterizedTest
  @MethodSource("rows")
  void whenTheStoreDecides_thenTheEffectIsThatOfItsOutcome(Row row) {
    assertThat(effectOf(row.outcome, POLICY)).isEqualTo(row.effect);
  }

  @Test
  void whenALineageGoesOn_thenTheLabelTellsItsOrigin() {
    Map<Origin, Label> labels = new EnumMap<>(Origin.class);
    for (Origin origin : Origin.values()) {
      Rotated rotated = new Rotated(CHILD, origin, TOKENS, Optional.empty());
      labels.put(origin, effectOf(rotated, POLICY).label());
    }
    assertThat(labels)
        .isEqualTo(
            Map.of(
                Origin.NEW, Label.STARTED,
                Origin.NEXT, Label.ROTATED,
                Origin.FAST_FORWARD, Label.FAST_FORWARDED,
                Origin.ADOPTED, Label.ADOPTED));
  }

  @ParameterizedTest
  @EnumSource(names = {"FAMILY", "CLIENT_SESSION", "SESSION", "USER"})
  void whenAReuseIsFound_thenThePolicyTellsWhatEnds(RevocationScope consequence) {
    RotationPolicy policy = Policies.with("on-reuse", "revoke-" + Setting.id(consequence));
    Refuse refuse = (Refuse) effectOf(new Reused(4, ReuseReason.OTHER_CONTEXT, TOKENS), policy);
    assertThat(refuse.end()).contains(consequence);
  }

  @Test
  void givenPreviousAccessTokensAreRevoked_whenTheLineageGoesOn_thenTheReplacedOneIs() {
    RotationPolicy policy = Policies.with("revoke-previous-access-token", true);
    Issue rotated =
        (Issue) effectOf(new Rotated(CHILD, Origin.NEXT, TOKENS, Optional.empty()), policy);
    assertThat(rotated.revoke()).contains(TOKENS);
  }

  @Test
  void givenPreviousAccessTokensAreRevoked_whenATokenIsReplayed_thenNoneIs() {
    RotationPolicy policy = Policies.with("revoke-previous-access-token", true);
    Issue replayed = (Issue) effectOf(new Replayed(CHILD, 1, Optional.empty()), policy);
    assertThat(replayed.revoke()).isEmpty();
  }

  @Test
  void givenObservation_whenTheLineageGoesOn_thenNoAccessTokenIsRevoked() {
    RotationPolicy policy = Policies.with("revoke-previous-access-token", true, "mode", "observe");
    Issue rotated =
        (Issue) effectOf(new Rotated(CHILD, Origin.NEXT, TOKENS, Optional.empty()), policy);
    assertThat(rotated.revoke()).isEmpty();
  }

  @Test
  void givenARefusalThatWasOnlyObserved_whenItIsGranted_thenTheEffectTellsBoth() {
    List<Refused> refusals =
        rows()
            .map(Row::outcome)
            .filter(Refused.class::isInstance)
            .map(Refused.class::cast)
            .toList();
    for (Refused refused : refusals) {
      Label label = effectOf(refused, POLICY).label();
      Optional<Refused> observed = Optional.of(refused);
      assertThat(effectOf(new Rotated(CHILD, Origin.NEXT, TOKENS, observed), POLICY))
          .isEqualTo(new Issue(Label.ROTATED, CHILD, Optional.empty(), Optional.of(label)));
      assertThat(effectOf(new Replayed(CHILD, 1, observed), POLICY))
          .isEqualTo(new Issue(Label.REPLAYED, CHILD, Optional.empty(), Optional.of(label)));
    }
  }

  @Test
  void givenTheStoreIsAway_whenThePolicyDenies_thenTheClientMayComeBackSoon() {
    assertThat(effectWithoutStore(LOGIN, 3, Policies.DEFAULT))
        .isEqualTo(new Postpone(Label.UNAVAILABLE, Duration.ofSeconds(2)));
  }

  @ParameterizedTest
  @CsvSource({"enforce, allow", "observe, allow", "observe, deny"})
  void givenTheStoreIsAway_whenThePolicyAllowsOrObserves_thenTheLineageGoesOnByTheToken(
      String mode, String onFailure) {
    RotationPolicy policy = Policies.with("mode", mode, "on-redis-failure", onFailure);
    Login bound = LOGIN.boundTo(Login.OTHER_IP);
    long now = CLOCK.second();
    assertThat(effectWithoutStore(bound, 3, policy))
        .isEqualTo(
            new Issue(
                Label.UNGUARDED,
                new SuccessorToken(4, now, now + 1800, 0, Optional.of(Login.OTHER_IP)),
                Optional.empty(),
                Optional.empty()));
  }

  @Test
  void givenTheStoreIsAway_whenNoPolicyApplies_thenTheTokenIsServedAsByKeycloakItself() {
    assertThat(effectWithoutStore(LOGIN, 3, RotationPolicy.LOOKUP))
        .isEqualTo(new Effect.Keep(Label.UNGUARDED, Optional.empty()));
  }

  @Test
  void givenTheStoreIsAway_whenNoRefreshTokenIsIssued_thenThePolicyDecidesAsEver() {
    RotationRequest request = Login.withoutRefreshToken(LOGIN.refresh(3, CLOCK));
    RotationService service =
        new RotationService(OneAnswerStore.away(), new InMemoryUnacknowledgedRotations());
    assertThat(service.refresh(request, Policies.with("on-redis-failure", "allow")))
        .isEqualTo(new Effect.Keep(Label.UNGUARDED, Optional.empty()));
    assertThat(service.refresh(request, POLICY)).isInstanceOf(Postpone.class);
  }

  @Test
  void givenTheStoreIsAway_whenTheTokenAloneShowsThatALimitIsReached_thenItIsRefused() {
    assertThat(effectWithoutStore(LOGIN, 2, allowing("max-rotations", 2)))
        .isEqualTo(refusal(Label.LIMITED, "max-rotations reached"));
    Login longAgo = LOGIN.inSession("session", CLOCK.second() - 60);
    assertThat(effectWithoutStore(longAgo, 2, allowing("absolute-lifetime", 60)))
        .isEqualTo(refusal(Label.EXPIRED, "absolute-lifetime is over"));
    Login elsewhere = LOGIN.boundTo(Login.OTHER_IP);
    for (String consequence : List.of("deny", "revoke-family")) {
      assertThat(
              effectWithoutStore(
                  elsewhere, 2, allowing("bind-to", "ip", "on-binding-mismatch", consequence)))
          .isEqualTo(
              new Refuse(
                  Label.MISMATCHED, "bound to another ip", 2, Optional.empty(), Optional.empty()));
    }
  }

  @Test
  void givenTheStoreIsAway_whenTheTokenIsJustWithinItsLimits_thenTheLineageGoesOn() {
    Login longAgo = LOGIN.inSession("session", CLOCK.second() - 59);
    Login elsewhere = LOGIN.boundTo(Login.OTHER_IP);
    assertThat(
            List.of(
                effectWithoutStore(LOGIN, 1, allowing("max-rotations", 2)),
                effectWithoutStore(longAgo, 2, allowing("absolute-lifetime", 60)),
                effectWithoutStore(LOGIN, 2, allowing("bind-to", "ip")),
                effectWithoutStore(elsewhere, 2, allowing("bind-to", "user-agent")),
                effectWithoutStore(
                    elsewhere, 2, allowing("bind-to", "ip", "on-binding-mismatch", "observe"))))
        .extracting(Effect::label)
        .containsOnly(Label.UNGUARDED);
  }

  @Test
  void givenTheStoreIsAwayAndThePolicyObserves_whenALimitIsReached_thenNothingIsRefused() {
    RotationPolicy policy =
        Policies.with("mode", "observe", "max-rotations", 1, "absolute-lifetime", 1);
    Login longAgo = LOGIN.inSession("session", CLOCK.second() - 60);
    assertThat(effectWithoutStore(longAgo, 9, policy).label()).isEqualTo(Label.UNGUARDED);
  }

  private static RotationPolicy allowing(Object... settings) {
    return Policies.with(
        Stream.concat(Stream.of(settings), Stream.of("on-redis-failure", "allow")).toArray());
  }
}
