package dev.tokenguard.rotation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tokenguard.revocation.RevocationScope;
import dev.tokenguard.rotation.RefreshDecision.Mismatched;
import dev.tokenguard.rotation.RefreshDecision.Outcome;
import dev.tokenguard.rotation.RefreshDecision.Replayed;
import dev.tokenguard.rotation.RefreshDecision.ReuseReason;
import dev.tokenguard.rotation.RefreshDecision.Rotated;
import dev.tokenguard.rotation.RefreshDecision.SuccessorToken;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Families that are bound to the context of their first refresh. */
abstract class BindingRules extends StoreRules {

  private static final RotationPolicy BY_IP = binding("ip", "deny");
  private static final RotationPolicy REVOKING = binding("ip", "revoke-family");
  private static final RotationPolicy TOLERATING = binding("ip", "observe");

  private final Login elsewhere = login.from(Login.OTHER_IP);

  BindingRules(Function<TestClock, FamilyStore> opening) {
    super(opening);
  }

  private static RotationPolicy binding(String to, String onMismatch, Object... settings) {
    return Policies.with(
        Stream.concat(
                Stream.of(settings),
                Stream.of(
                    "bind-to", to, "on-binding-mismatch", onMismatch, "grace-context", "none"))
            .toArray());
  }

  @Test
  void givenNoBinding_whenAFamilyMoves_thenItGoesOnAndNoChildIsBound() {
    assertThat(assertRotates(login, 0, Policies.DEFAULT).child().binding()).isEmpty();
    assertThat(assertRotates(elsewhere, 1, Policies.DEFAULT).child().binding()).isEmpty();
  }

  @Test
  void whenAFamilyBegins_thenTheFirstContextIsTrustedAndEachChildCarriesIt() {
    for (long generation = 0; generation < 3; generation++) {
      assertThat(assertRotates(login, generation, BY_IP).child().binding())
          .contains(login.context());
    }
    assertThat(assertReplays(login, 2, BY_IP).child().binding()).contains(login.context());
  }

  @ParameterizedTest
  @CsvSource({
    "user-agent,         false, true",
    "ip,                 true,  false",
    "user-agent-and-ip,  false, false",
  })
  void whenAFamilyMoves_thenOnlyTheNamedTraitsCount(
      String to, boolean allowsOtherAgent, boolean allowsOtherIp) {
    RotationPolicy policy = binding(to, "deny");
    assertThat(isAllowed(login.asFamily("1"), Login.OTHER_AGENT, policy))
        .isEqualTo(allowsOtherAgent);
    assertThat(isAllowed(login.asFamily("2"), Login.OTHER_IP, policy)).isEqualTo(allowsOtherIp);
  }

  private boolean isAllowed(Login one, RequestContext moved, RotationPolicy policy) {
    assertRotates(one, 0, policy);
    RefreshDecision outcome = present(one.from(moved), 1, policy);
    assertThat(outcome).isInstanceOfAny(Rotated.class, Mismatched.class);
    return outcome instanceof Rotated;
  }

  @Test
  void whenAMovedFamilyIsDenied_thenNothingHasChangedAndItGoesOnWhereItBelongs() {
    assertRotates(login, 0, BY_IP);
    List<TokenFamily> before = store.find(login.user());
    assertThat(present(elsewhere, 1, BY_IP))
        .isEqualTo(new Mismatched(OptionalLong.of(1), Optional.empty()));
    assertThat(present(elsewhere, 0, BY_IP))
        .isEqualTo(new Mismatched(OptionalLong.of(1), Optional.empty()));
    assertThat(store.find(login.user())).isEqualTo(before);
    assertRotates(login, 1, BY_IP, Outcome.ROTATED);
  }

  @Test
  void givenATokenThatCarriesItsBinding_whenTheRecordIsLost_thenItStillBinds() {
    Login bound = login.boundTo(Login.HERE);
    assertThat(present(bound.from(Login.OTHER_IP), 3, BY_IP))
        .isEqualTo(new Mismatched(OptionalLong.empty(), Optional.empty()));
    assertThat(store.find(login.user())).isEmpty();
    SuccessorToken child = assertRotates(bound, 3, BY_IP, Outcome.ADOPTED).child();
    assertThat(child.binding()).contains(Login.HERE);
    assertMismatched(bound.from(Login.OTHER_IP), 4, BY_IP);
  }

  @Test
  void givenATokenThatCarriesItsBinding_whenNoPolicyBinds_thenItIsHandedOn() {
    Login bound = login.boundTo(Login.OTHER_AGENT);
    assertThat(assertRotates(bound, 0, Policies.DEFAULT).child().binding())
        .contains(Login.OTHER_AGENT);
    assertThat(assertRotates(login, 1, Policies.DEFAULT).child().binding())
        .contains(Login.OTHER_AGENT);
  }

  @Test
  void givenARecord_whenATokenCarriesAnotherBinding_thenTheRecordCounts() {
    assertRotates(login, 0, BY_IP);
    assertRotates(login.boundTo(Login.OTHER_IP), 1, BY_IP);
    assertMismatched(elsewhere.boundTo(Login.OTHER_IP), 2, BY_IP);
  }

  @Test
  void givenAFamilyThatWasNotBound_whenTheBindingIsSwitchedOn_thenTheNextContextIsTrusted() {
    assertRotates(login, 0, Policies.DEFAULT);
    assertThat(assertRotates(elsewhere, 1, BY_IP).child().binding()).contains(Login.OTHER_IP);
    assertMismatched(login, 2, BY_IP);
  }

  @Test
  void whenAMismatchIsTolerated_thenItIsToldAndTheFamilyKeepsItsBinding() {
    assertRotates(login, 0, TOLERATING);
    Rotated rotated = present(elsewhere, 1, TOLERATING, Rotated.class);
    assertThat(rotated.observed()).contains(Outcome.MISMATCHED);
    assertThat(rotated.child().binding()).contains(login.context());
    Replayed replayed = present(elsewhere, 1, TOLERATING, Replayed.class);
    assertThat(replayed.observed()).contains(Outcome.MISMATCHED);
    assertThat(replayed.child()).isEqualTo(Children.again(rotated.child(), 1));
    assertRotates(login, 2, TOLERATING);
  }

  @Test
  void whenAMismatchIsTolerated_thenTheOtherRulesAreStillEnforced() {
    RotationPolicy capped = binding("ip", "observe", "grace-max-replays", 2, "max-rotations", 2);
    assertRotates(login, 0, capped);
    present(elsewhere, 1, capped, Rotated.class);
    assertThat(present(elsewhere, 2, capped)).isEqualTo(RefreshDecision.Denied.LIMITED);
    present(elsewhere, 1, capped, Replayed.class);
    present(elsewhere, 1, capped, Replayed.class);
    present(elsewhere, 1, capped, RefreshDecision.Throttled.class);
  }

  @Test
  void whenAMismatchRevokesTheFamily_thenItIsDead() {
    refresh(login, 0, 1, REVOKING);
    Mismatched mismatched = assertMismatched(elsewhere, 2, REVOKING);
    assertThat(mismatched.newest()).hasValue(2);
    assertThat(mismatched.accessTokens()).get().returns(2L, AccessTokens::last);
    assertRevoked(login, 2, RevocationScope.FAMILY);
    assertRevoked(elsewhere, 1, RevocationScope.FAMILY);
  }

  @Test
  void givenNoRecord_whenAMismatchRevokesTheFamily_thenItIsDeadAllTheSame() {
    Login bound = login.boundTo(Login.HERE);
    Mismatched mismatched = assertMismatched(bound.from(Login.OTHER_IP), 3, REVOKING);
    assertThat(mismatched.newest()).hasValue(3);
    assertThat(mismatched.accessTokens()).get().returns(3L, AccessTokens::last);
    assertRevoked(bound, 3, RevocationScope.FAMILY);
    assertRevoked(bound, 4, RevocationScope.FAMILY);
    assertThat(store.find(login.user())).singleElement().matches(TokenFamily::isRevoked);
  }

  @Test
  void whenAReplacedTokenIsUsedElsewhereInGrace_thenItIsAMismatch() {
    assertRotates(login, 0, BY_IP);
    assertMismatched(elsewhere, 0, BY_IP);
    assertReplays(login, 0, BY_IP);
  }

  @Test
  void whenAnOldTokenIsUsedElsewhere_thenItIsAReuseInTheFirstPlace() {
    refresh(login, 0, 1, BY_IP);
    assertReused(elsewhere, 0, BY_IP, ReuseReason.OLDER_GENERATION);
  }
}
