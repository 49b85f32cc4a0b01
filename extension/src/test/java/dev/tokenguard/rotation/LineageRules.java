package dev.tokenguard.rotation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import dev.tokenguard.rotation.RotationOutcome.Missing;
import dev.tokenguard.rotation.RotationOutcome.Origin;
import dev.tokenguard.rotation.RotationOutcome.ReuseReason;
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
    Child child = assertRotates(login, 0, POLICY, Origin.NEW).child();
    assertThat(child)
        .isEqualTo(new Child(1, clock.second(), clock.second() + 1800, Optional.empty()));
  }

  @Test
  void givenAFamily_whenItsNewestTokenIsPresented_thenItGoesOn() {
    assertRotates(login, 0, POLICY);
    advanceSeconds(60);
    Child child = assertRotates(login, 1, POLICY, Origin.NEXT).child();
    assertThat(child)
        .isEqualTo(new Child(2, clock.second(), clock.second() + 1800, Optional.empty()));
    assertRotates(login, 2, POLICY, Origin.NEXT);
  }

  @Test
  void givenLostState_whenANewerTokenIsPresented_thenTheFamilyGoesOnFromThere() {
    assertRotates(login, 0, POLICY);
    assertRotates(login, 7, POLICY, Origin.FAST_FORWARD);
    assertRotates(login, 8, POLICY, Origin.NEXT);
  }

  @Test
  void givenLostStateMadeABranch_whenTheStaleOneIsUsed_thenItIsCaught() {
    assertRotates(login, 0, POLICY);
    assertRotates(login, 7, POLICY);
    assertReused(login, 1, POLICY, ReuseReason.OLDER_GENERATION);
  }

  @Test
  void givenNoRecord_whenALaterTokenIsPresented_thenItsFamilyIsAdopted() {
    assertRotates(login, 5, POLICY, Origin.ADOPTED);
    assertRotates(login, 6, POLICY, Origin.NEXT);
  }

  @Test
  void givenNoRecord_whenALaterTokenIsPresentedAndThePolicyDenies_thenItIsMissing() {
    assertThat(present(login, 5, DENYING)).isEqualTo(new Missing());
    assertThat(store.find(login.user())).isEmpty();
  }

  @Test
  void givenThePolicyDeniesWhatIsMissing_whenALoginsTokenIsPresented_thenItIsNotMissing() {
    assertRotates(login, 0, DENYING, Origin.NEW);
    assertRotates(login, 1, DENYING, Origin.NEXT);
    assertRotates(login, 5, DENYING, Origin.FAST_FORWARD);
  }

  @Test
  void givenTheLargestGeneration_whenItIsPresented_thenNumbersStayExact() {
    long largest = Place.MAX_GENERATION;
    assertRotates(login, largest - 1, POLICY, Origin.ADOPTED);
    assertReplays(login, largest - 1, POLICY);
    assertRotates(login, largest, POLICY, Origin.NEXT);
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
              new RotationRequest.ProposedChild(issued, issued + 1800, inSeconds(100_000)),
              request.accessToken(),
              request.context(),
              request.binding());
      Child expected = new Child(1, issued, issued + 1800, Optional.empty());
      assertThat(((RotationOutcome.Granted) store.rotate(skewed, POLICY, () -> false)).child())
          .isEqualTo(expected);
      assertThat(assertReplays(one, 0, POLICY).child()).isEqualTo(expected);
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
    assertRotates(other, 0, POLICY, Origin.NEW);
    assertRotates(login, 3, POLICY, Origin.NEXT);
  }

  @Test
  void givenTwoUsers_whenTheirFamiliesHaveOneName_thenTheyAreTwo() {
    refresh(login, 0, 2, POLICY);
    assertRotates(login.ofUser("another user"), 0, POLICY, Origin.NEW);
    assertRotates(login, 3, POLICY, Origin.NEXT);
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
}
