package dev.tokenguard.rotation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tokenguard.revocation.RevocationScope;
import dev.tokenguard.rotation.RefreshDecision.Denied;
import dev.tokenguard.rotation.RefreshDecision.Kept;
import dev.tokenguard.rotation.RefreshDecision.Mismatched;
import dev.tokenguard.rotation.RefreshDecision.Outcome;
import dev.tokenguard.rotation.RefreshDecision.Refused;
import dev.tokenguard.rotation.RefreshDecision.Replayed;
import dev.tokenguard.rotation.RefreshDecision.ReuseReason;
import dev.tokenguard.rotation.RefreshDecision.Reused;
import dev.tokenguard.rotation.RefreshDecision.Revoked;
import dev.tokenguard.rotation.RefreshDecision.Rotated;
import dev.tokenguard.rotation.RefreshDecision.SuccessorToken;
import dev.tokenguard.rotation.RefreshDecision.Throttled;
import dev.tokenguard.rotation.RefreshDecision.Unavailable;
import dev.tokenguard.rotation.RefreshDecision.Unguarded;
import dev.tokenguard.rotation.TokenFamily.AccessTokens;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;
import org.junit.jupiter.params.provider.MethodSource;

final class RefreshDecisionTest {

  private static final SuccessorToken CHILD =
      new SuccessorToken(4, 1_000, 2_000, 0, Optional.empty());
  private static final AccessTokens TOKENS =
      new AccessTokens("family", 1, 3, 1, 0, 2_000, "onrtac", "onrtrt");
  private static final Optional<Outcome> LIMITED = Optional.of(Outcome.LIMITED);
  private static final Rotated ROTATED = new Rotated(Outcome.ROTATED, CHILD, TOKENS, LIMITED);

  /** Decision, the method of the visitor, outcome, whether a token is issued, what is observed. */
  static List<Arguments> decisions() {
    Mismatched mismatched = new Mismatched(OptionalLong.of(4), Optional.of(TOKENS));
    return List.of(
        Arguments.of(ROTATED, "rotated", "rotated", true, LIMITED),
        Arguments.of(
            new Replayed(Outcome.REPLAYED, CHILD, LIMITED), "replayed", "replayed", true, LIMITED),
        Arguments.of(
            new Replayed(Outcome.CONVERGED, CHILD, LIMITED),
            "replayed",
            "converged",
            true,
            LIMITED),
        Arguments.of(new Kept(Optional.empty(), LIMITED), "kept", "kept", false, LIMITED),
        Arguments.of(new Kept(Optional.of(CHILD), LIMITED), "kept", "kept", true, LIMITED),
        Arguments.of(
            new Unguarded(Optional.of(CHILD)), "unguarded", "unguarded", true, Optional.empty()),
        refused(new Reused(4, ReuseReason.GRACE_PERIOD_OVER, TOKENS), "reused", "reused"),
        refused(mismatched, "mismatched", "mismatched"),
        refused(new Revoked(RevocationScope.SESSION, Optional.empty()), "revoked", "revoked"),
        refused(Denied.MISSING, "denied", "missing"),
        refused(Denied.LIMITED, "denied", "limited"),
        refused(Denied.EXPIRED, "denied", "expired"),
        refused(new Throttled(Duration.ZERO), "throttled", "throttled"),
        refused(new Unavailable(Duration.ZERO), "unavailable", "unavailable"));
  }

  private static Arguments refused(RefreshDecision decision, String visit, String outcome) {
    return Arguments.of(decision, visit, outcome, false, Optional.empty());
  }

  @ParameterizedTest
  @MethodSource("decisions")
  void whenADecisionIsCarriedOut_thenTheVisitorIsCalledForItsKind(
      RefreshDecision decision,
      String visit,
      String outcome,
      boolean isIssued,
      Optional<Outcome> observed) {
    List<String> called = new ArrayList<>();
    decision.accept(
        (RefreshDecision.Visitor)
            Proxy.newProxyInstance(
                RefreshDecisionTest.class.getClassLoader(),
                new Class<?>[] {RefreshDecision.Visitor.class},
                (proxy, method, arguments) -> {
                  assertThat(arguments).containsExactly(decision);
                  called.add(method.getName());
                  return null;
                }));
    assertThat(called).containsExactly(visit);
    assertThat(decision.outcome().id()).isEqualTo(outcome);
    assertThat(decision.issued()).isEqualTo(Optional.of(CHILD).filter(it -> isIssued));
    assertThat(decision.observed()).isEqualTo(observed);
  }

  private static List<Object> refusal(Refused refused) {
    RotationPolicy policy = Policies.with("bind-to", "user-agent-and-ip");
    return List.of(refused.reason(policy), refused.newest(), refused.accessTokens());
  }

  @Test
  void whenARefreshIsRefused_thenTheDecisionHasReasonGenerationAndAccessTokens() {
    OptionalLong four = OptionalLong.of(4);
    OptionalLong none = OptionalLong.empty();
    Optional<AccessTokens> tokens = Optional.of(TOKENS);
    assertThat(refusal(new Reused(4, ReuseReason.GRACE_PERIOD_OVER, TOKENS)))
        .containsExactly("grace-period-over", four, tokens);
    assertThat(refusal(new Mismatched(four, tokens)))
        .containsExactly("bound to another user-agent-and-ip", four, tokens);
    assertThat(refusal(new Revoked(RevocationScope.CLIENT_SESSION, tokens)))
        .containsExactly("client-session revoked before", none, tokens);
    assertThat(refusal(Denied.MISSING))
        .containsExactly("the family has no record", none, Optional.empty());
    assertThat(refusal(Denied.LIMITED))
        .containsExactly("max-rotations reached", none, Optional.empty());
    assertThat(refusal(Denied.EXPIRED))
        .containsExactly("absolute-lifetime is over", none, Optional.empty());
  }

  @ParameterizedTest
  @CsvSource({"true, enforce, true", "false, enforce, false", "true, observe, false"})
  void whenALineageContinues_thenThePolicyDecidesWhetherTheReplacedAccessTokenIsRevoked(
      boolean isSet, String mode, boolean isRevoked) {
    RotationPolicy policy = Policies.with("revoke-previous-access-token", isSet, "mode", mode);
    assertThat(ROTATED.revokedBy(policy)).isEqualTo(Optional.of(TOKENS).filter(it -> isRevoked));
  }

  @ParameterizedTest
  @EnumSource(
      names = {"STARTED", "ROTATED", "FAST_FORWARDED", "ADOPTED"},
      mode = Mode.EXCLUDE)
  void givenTheOutcomeOfAnotherDecision_thenItIsNoRotation(Outcome outcome) {
    assertThatThrownBy(() -> new Rotated(outcome, CHILD, TOKENS, LIMITED))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
