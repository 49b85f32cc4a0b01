package dev.tokenguard.rotation;

import static java.util.Map.entry;
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
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;

final class RefreshDecisionTest {

  private static final SuccessorToken SUCCESSOR =
      new SuccessorToken(4, 1_000, 2_000, 0, Optional.empty());
  private static final AccessTokens TOKENS =
      new AccessTokens("family", 1, 3, 1, 0, 2_000, "onrtac", "onrtrt");
  private static final Optional<Outcome> LIMITED = Optional.of(Outcome.LIMITED);
  private static final Rotated ROTATED = new Rotated(Outcome.ROTATED, SUCCESSOR, TOKENS, LIMITED);

  /** Decisions with a name each. */
  private static final Map<String, RefreshDecision> DECISIONS =
      Map.ofEntries(
          entry("rotated", ROTATED),
          entry("replayed", new Replayed(Outcome.REPLAYED, SUCCESSOR, LIMITED)),
          entry("converged", new Replayed(Outcome.CONVERGED, SUCCESSOR, LIMITED)),
          entry("looked up", new Kept(Optional.empty(), LIMITED)),
          entry("kept", new Kept(Optional.of(SUCCESSOR), LIMITED)),
          entry("unguarded", new Unguarded(Optional.of(SUCCESSOR))),
          entry("reused", new Reused(4, ReuseReason.GRACE_PERIOD_OVER, TOKENS)),
          entry("mismatched", new Mismatched(OptionalLong.of(4), Optional.of(TOKENS))),
          entry(
              "revoked",
              new Revoked(RevocationScope.CLIENT_SESSION, Optional.of(TOKENS), Optional.empty())),
          entry("missing", Denied.MISSING),
          entry("limited", Denied.LIMITED),
          entry("expired", Denied.EXPIRED),
          entry("throttled", new Throttled(Duration.ZERO)),
          entry("unavailable", new Unavailable(Duration.ZERO)));

  /** The method of the visitor; whether a token is issued; whether a refusal is observed. */
  @ParameterizedTest
  @CsvSource({
    "rotated,     rotated,     true,  true",
    "replayed,    replayed,    true,  true",
    "converged,   replayed,    true,  true",
    "looked up,   kept,        false, true",
    "kept,        kept,        true,  true",
    "unguarded,   unguarded,   true,  false",
    "reused,      reused,      false, false",
    "mismatched,  mismatched,  false, false",
    "revoked,     revoked,     false, false",
    "missing,     denied,      false, false",
    "limited,     denied,      false, false",
    "expired,     denied,      false, false",
    "throttled,   throttled,   false, false",
    "unavailable, unavailable, false, false",
  })
  void when_a_decision_is_carried_out_then_the_visitor_is_called_for_its_kind(
      String name, String visit, boolean isIssued, boolean isObserved) {
    RefreshDecision decision = DECISIONS.get(name);
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
    assertThat(decision.outcome().id()).isEqualTo(name.replace("looked up", "kept"));
    assertThat(decision.issued()).isEqualTo(Optional.of(SUCCESSOR).filter(it -> isIssued));
    assertThat(decision.observed()).isEqualTo(LIMITED.filter(it -> isObserved));
  }

  @ParameterizedTest
  @CsvSource({
    "reused,     grace-period-over,                  4, true",
    "mismatched, bound to another user-agent-and-ip, 4, true",
    "revoked,    client-session revoked before,      ,  true",
    "missing,    the family has no record,           ,  false",
    "limited,    max-rotations reached,              ,  false",
    "expired,    absolute-lifetime is over,          ,  false",
  })
  void when_a_refresh_is_refused_then_the_decision_has_reason_generation_and_access_tokens(
      String name, String reason, Long newest, boolean hasAccessTokens) {
    Refused refused = (Refused) DECISIONS.get(name);
    assertThat(refused.reason(Policies.with("bind-to", "user-agent-and-ip"))).isEqualTo(reason);
    assertThat(refused.newest().stream().boxed().findAny()).isEqualTo(Optional.ofNullable(newest));
    assertThat(refused.accessTokens()).isEqualTo(Optional.of(TOKENS).filter(it -> hasAccessTokens));
  }

  @ParameterizedTest
  @CsvSource({"true, enforce, true", "false, enforce, false", "true, observe, false"})
  void
      when_a_lineage_continues_then_the_policy_decides_whether_the_replaced_access_token_is_revoked(
          boolean isSet, String mode, boolean isRevoked) {
    RotationPolicy policy = Policies.with("revoke-previous-access-token", isSet, "mode", mode);
    assertThat(ROTATED.revokedBy(policy)).isEqualTo(Optional.of(TOKENS).filter(it -> isRevoked));
  }

  @ParameterizedTest
  @EnumSource(
      names = {"STARTED", "ROTATED", "FAST_FORWARDED", "ADOPTED"},
      mode = Mode.EXCLUDE)
  void given_the_outcome_of_another_decision_then_it_is_no_rotation(Outcome outcome) {
    assertThatThrownBy(() -> new Rotated(outcome, SUCCESSOR, TOKENS, LIMITED))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
