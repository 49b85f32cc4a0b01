package dev.tokenguard.rotation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import dev.tokenguard.revocation.RevocationScope;
import dev.tokenguard.rotation.RefreshDecision.Denied;
import dev.tokenguard.rotation.RefreshDecision.Outcome;
import dev.tokenguard.rotation.RefreshDecision.ReuseReason;
import dev.tokenguard.rotation.RefreshDecision.SuccessorToken;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

/** How a family begins and goes on. */
abstract class LineageRules extends StoreRules {

  private static final RotationPolicy POLICY = Policies.DEFAULT;
  private static final RotationPolicy DENYING = Policies.with("on-missing-state", "deny");

  LineageRules(Function<TestClock, FamilyStore> opening) {
    super(opening);
  }

  @Test
  void givenNoRecord_whenTheLoginsTokenIsPresented_thenAFamilyBegins() {
    SuccessorToken child = assertRotates(login, 0, POLICY, Outcome.STARTED).child();
    assertThat(child)
        .isEqualTo(
            new SuccessorToken(1, clock.second(), clock.second() + 1800, 0, Optional.empty()));
  }

  @Test
  void givenAFamily_whenItsNewestTokenIsPresented_thenItGoesOn() {
    assertRotates(login, 0, POLICY);
    advanceSeconds(60);
    SuccessorToken child = assertRotates(login, 1, POLICY, Outcome.ROTATED).child();
    assertThat(child)
        .isEqualTo(
            new SuccessorToken(2, clock.second(), clock.second() + 1800, 0, Optional.empty()));
    assertRotates(login, 2, POLICY, Outcome.ROTATED);
  }

  @Test
  void givenLostState_whenANewerTokenIsPresented_thenTheFamilyGoesOnFromThere() {
    assertRotates(login, 0, POLICY);
    assertRotates(login, 7, POLICY, Outcome.FAST_FORWARDED);
    assertRotates(login, 8, POLICY, Outcome.ROTATED);
  }

  @Test
  void givenLostStateMadeABranch_whenTheStaleOneIsUsed_thenItIsCaught() {
    assertRotates(login, 0, POLICY);
    assertRotates(login, 7, POLICY);
    assertReused(login, 1, POLICY, ReuseReason.OLDER_GENERATION);
  }

  @Test
  void givenNoRecord_whenALaterTokenIsPresented_thenItsFamilyIsAdopted() {
    assertRotates(login, 5, POLICY, Outcome.ADOPTED);
    assertRotates(login, 6, POLICY, Outcome.ROTATED);
  }

  @Test
  void givenNoRecord_whenALaterTokenIsPresentedAndThePolicyDenies_thenItIsMissing() {
    assertThat(present(login, 5, DENYING)).isEqualTo(Denied.MISSING);
    assertThat(store.find(login.user())).isEmpty();
  }

  @Test
  void givenThePolicyDeniesWhatIsMissing_whenALoginsTokenIsPresented_thenItIsNotMissing() {
    assertRotates(login, 0, DENYING, Outcome.STARTED);
    assertRotates(login, 1, DENYING, Outcome.ROTATED);
    assertRotates(login, 5, DENYING, Outcome.FAST_FORWARDED);
  }

  @Test
  void givenTheLargestGeneration_whenItIsPresented_thenNumbersStayExact() {
    long largest = TokenPosition.MAX_GENERATION;
    assertRotates(login, largest - 1, POLICY, Outcome.ADOPTED);
    assertReplays(login, largest - 1, POLICY);
    assertRotates(login, largest, POLICY, Outcome.ROTATED);
    assertThat(store.find(login.user()))
        .extracting(TokenFamily::generation)
        .containsExactly(9007199254740991L);
    assertReused(login, largest - 1, POLICY, ReuseReason.OLDER_GENERATION);
  }

  @Test
  void givenAKeycloakWhoseClockGoesWrong_whenItRefreshes_thenTheChildKeepsItsTimes() {
    for (long skew : new long[] {-90_000, -1, 0, 1, 90_000}) {
      Login one = login.asFamily("skewed by " + skew);
      RotationRequest request = one.refresh(0, clock);
      long issued = clock.second() + skew;
      RotationRequest skewed =
          new RotationRequest(
              request.userId(),
              request.presented(),
              request.session(),
              new RotationRequest.ProposedChild(
                  issued, issued + 1800, inSeconds(100_000), inSeconds(100_000)),
              request.accessToken(),
              request.context(),
              request.binding(),
              request.attempt(),
              0,
              request.presentedIssuedAt(),
              true,
              Optional.empty());
      SuccessorToken expected = new SuccessorToken(1, issued, issued + 1800, 0, Optional.empty());
      assertThat(store.rotate(skewed, POLICY, it -> false).issued()).contains(expected);
      assertThat(assertReplays(one, 0, POLICY).child()).isEqualTo(Children.again(expected, 1));
    }
  }

  @Test
  void givenAnOfflineLogin_whenItIsRefreshed_thenTheChildHasNoEnd() {
    Login offline = login.offline();
    assertThat(assertRotates(offline, 0, POLICY).child().expiresAt()).isZero();
    advanceSeconds(5);
    assertThat(assertReplays(offline, 0, POLICY).child().expiresAt()).isZero();
    assertThat(assertRotates(offline, 1, POLICY).child().expiresAt()).isZero();
  }

  @Test
  void givenTwoLoginsOfOneUser_whenOneIsRefreshed_thenTheOtherIsUntouched() {
    Login other = login.asFamily("another login");
    refresh(login, 0, 2, POLICY);
    assertRotates(other, 0, POLICY, Outcome.STARTED);
    assertRotates(login, 3, POLICY, Outcome.ROTATED);
  }

  @Test
  void givenTwoUsers_whenTheirFamiliesHaveOneName_thenTheyAreTwo() {
    refresh(login, 0, 2, POLICY);
    assertRotates(login.ofUser("another user"), 0, POLICY, Outcome.STARTED);
    assertRotates(login, 3, POLICY, Outcome.ROTATED);
  }

  @Test
  void givenOddIds_whenTheyAreUsed_thenTheyAreIdsAsAnyOther() {
    Login odd =
        login
            .ofUser("f:3d{tg}:Zoë \n%41")
            .asFamily("{}:, ~")
            .inSession("a.~b,c", clock.second())
            .atClient("~", clock.second());
    refresh(odd, 0, 1, POLICY);
    assertReplays(odd, 1, POLICY);
    assertThat(store.find(odd.user()))
        .extracting(TokenFamily::id, TokenFamily::sessionId, TokenFamily::clientId)
        .containsExactly(tuple("{}:, ~", Optional.of("a.~b,c"), Optional.of("~")));
  }

  private RefreshDecision presentStale(long generation, RotationPolicy policy) {
    return store.rotate(
        Login.usableUntil(login.refresh(generation, clock), clock.second() - 1),
        policy,
        it -> false);
  }

  /** What it belonged to may have been revoked, and that been forgotten since. */
  @Test
  void givenNoRecord_whenTheTokenIsOlderThanItsSessionCanHaveBeenIdle_thenItIsNotAdopted() {
    assertThat(presentStale(0, POLICY)).isEqualTo(Denied.MISSING);
    assertThat(presentStale(7, POLICY)).isEqualTo(Denied.MISSING);
    assertThat(store.find(login.user())).isEmpty();
    RotationPolicy observing = Policies.with("mode", "observe");
    assertThat(presentStale(7, observing))
        .isInstanceOfSatisfying(
            RefreshDecision.Rotated.class,
            it -> assertThat(it.observed()).contains(RefreshDecision.Outcome.MISSING));
  }

  @Test
  void givenARecord_whenTheTokenIsOld_thenTheRecordCounts() {
    assertRotates(login, 0, POLICY);
    assertThat(presentStale(1, POLICY)).isInstanceOf(RefreshDecision.Rotated.class);
  }

  @Test
  void givenNoRecord_whenTheTokenIsUsableInThisSecond_thenItIsAdopted() {
    RotationRequest request = Login.usableUntil(login.refresh(3, clock), clock.second());
    assertThat(store.rotate(request, POLICY, it -> false))
        .isInstanceOf(RefreshDecision.Rotated.class);
  }

  @Test
  void givenAReuse_whenTheRecordWouldHaveBeenForgotten_thenItIsRevokedAsLongAsItsSessionLives() {
    store.rotate(retained(0), POLICY, it -> false);
    store.rotate(retained(1), POLICY, it -> false);
    assertThat(store.rotate(retained(0), POLICY, it -> false))
        .isInstanceOf(RefreshDecision.Reused.class);
    advanceSeconds(4_000);
    for (int other = 0; other < 50; other++) {
      store.begin(login.asFamily("other " + other).begin(clock), POLICY);
    }
    assertRevoked(login, 2, RevocationScope.FAMILY);
  }

  private RotationRequest retained(long generation) {
    return Login.retained(login.refresh(generation, clock), inSeconds(60), inSeconds(5_000));
  }

  @Test
  void givenNoRefreshTokenIsIssued_whenATokenIsPresented_thenItStaysTheNewest() {
    assertRotates(login, 0, POLICY);
    RotationRequest request = Login.withoutRefreshToken(login.refresh(1, clock));
    List<TokenFamily> before = store.find(login.user());
    for (int time = 0; time < 3; time++) {
      assertThat(store.rotate(request, POLICY, it -> false))
          .isEqualTo(new RefreshDecision.Kept(Optional.empty()));
    }
    assertThat(store.find(login.user())).isEqualTo(before);
    assertRotates(login, 1, POLICY);
  }

  @Test
  void givenNoRefreshTokenIsIssued_whenATokenWasReplaced_thenItIsAReuseAsEver() {
    refresh(login, 0, 1, POLICY);
    RotationRequest request = Login.withoutRefreshToken(login.refresh(0, clock));
    assertThat(store.rotate(request, POLICY, it -> false))
        .isInstanceOf(RefreshDecision.Reused.class);
    assertRevoked(login, 2, RevocationScope.FAMILY);
  }
}
