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
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;

final class RefreshDecisionTest {

  private static final SuccessorToken CHILD =
      new SuccessorToken(4, 1_000, 2_000, 0, Optional.empty());
  private static final AccessTokens TOKENS =
      new AccessTokens("family", 1, 3, 1, 0, 2_000, "onrtac", "onrtrt");
  private static final Optional<Outcome> OBSERVED = Optional.of(Outcome.LIMITED);
  private static final RotationPolicy POLICY = Policies.with("bind-to", "user-agent-and-ip");

  private static final Rotated ROTATED = new Rotated(Outcome.ROTATED, CHILD, TOKENS, OBSERVED);
  private static final Replayed REPLAYED = new Replayed(CHILD, OBSERVED);
  private static final Reused REUSED = new Reused(4, ReuseReason.GRACE_PERIOD_OVER, TOKENS);
  private static final Mismatched MISMATCHED =
      new Mismatched(OptionalLong.of(4), Optional.of(TOKENS));
  private static final Revoked REVOKED =
      new Revoked(RevocationScope.CLIENT_SESSION, Optional.of(TOKENS));

  private static String visited(RefreshDecision decision) {
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
    assertThat(called).hasSize(1);
    return called.get(0) + " " + decision.outcome().id();
  }

  @Test
  void whenADecisionIsCarriedOut_thenTheVisitorIsCalledForItsKind() {
    assertThat(visited(ROTATED)).isEqualTo("rotated rotated");
    assertThat(visited(REPLAYED)).isEqualTo("replayed replayed");
    assertThat(visited(new Kept(OBSERVED))).isEqualTo("kept kept");
    assertThat(visited(new Unguarded(Optional.of(CHILD)))).isEqualTo("unguarded unguarded");
    assertThat(visited(REUSED)).isEqualTo("reused reused");
    assertThat(visited(MISMATCHED)).isEqualTo("mismatched mismatched");
    assertThat(visited(REVOKED)).isEqualTo("revoked revoked");
    assertThat(visited(Denied.MISSING)).isEqualTo("denied missing");
    assertThat(visited(Denied.LIMITED)).isEqualTo("denied limited");
    assertThat(visited(Denied.EXPIRED)).isEqualTo("denied expired");
    assertThat(visited(new Throttled(Duration.ZERO))).isEqualTo("throttled throttled");
    assertThat(visited(new Unavailable(Duration.ZERO))).isEqualTo("unavailable unavailable");
  }

  @Test
  void whenARefreshIsGranted_thenTheDecisionHasTheTokenAndWhatWasOnlyObserved() {
    assertThat(List.of(ROTATED, REPLAYED, new Unguarded(Optional.of(CHILD))))
        .allMatch(it -> it.issued().equals(Optional.of(CHILD)));
    assertThat(List.of(ROTATED, REPLAYED, new Kept(OBSERVED)))
        .allMatch(it -> it.observed().equals(OBSERVED));
    assertThat(List.of(new Kept(OBSERVED), REUSED, new Unavailable(Duration.ZERO)))
        .allMatch(it -> it.issued().isEmpty());
    assertThat(List.of(REUSED, Denied.MISSING, new Throttled(Duration.ZERO)))
        .allMatch(it -> it.observed().isEmpty());
  }

  private static List<Object> refusal(Refused refused) {
    return List.of(refused.reason(POLICY), refused.newest(), refused.accessTokens());
  }

  @Test
  void whenARefreshIsRefused_thenTheDecisionHasReasonGenerationAndAccessTokens() {
    OptionalLong four = OptionalLong.of(4);
    OptionalLong none = OptionalLong.empty();
    Optional<AccessTokens> tokens = Optional.of(TOKENS);
    assertThat(refusal(REUSED)).containsExactly("grace-period-over", four, tokens);
    assertThat(refusal(MISMATCHED))
        .containsExactly("bound to another user-agent-and-ip", four, tokens);
    assertThat(refusal(REVOKED)).containsExactly("client-session revoked before", none, tokens);
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
  void whenARotationHasTheNameOfAnotherDecision_thenItIsNotMade(Outcome outcome) {
    assertThatThrownBy(() -> new Rotated(outcome, CHILD, TOKENS, OBSERVED))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
