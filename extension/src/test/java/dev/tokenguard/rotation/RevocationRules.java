package dev.tokenguard.rotation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import dev.tokenguard.rotation.Revocation.ClientSession;
import dev.tokenguard.rotation.RotationOutcome.RevokedScope;
import java.util.List;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

/** What a revocation ends, and what it does not. */
abstract class RevocationRules extends StoreRules {

  private static final RotationPolicy POLICY = Policies.DEFAULT;

  RevocationRules(Function<TestClock, FamilyStore> opening) {
    super(opening);
  }

  private long remembered() {
    return inSeconds(Login.REMEMBERED);
  }

  private void revokeClientSession(Login one) {
    store.revoke(
        Revocation.ofClientSessions(
            one.user(),
            List.of(new ClientSession(one.session(), one.client())),
            List.of(),
            clock.second(),
            remembered()));
  }

  private void revokeUser(List<String> sessions, long everythingBefore) {
    store.revoke(Revocation.ofUser(login.user(), sessions, everythingBefore, remembered()));
  }

  @Test
  void whenAFamilyIsRevoked_thenAllItsTokensAreRefusedAndNoOthers() {
    Login other = login.asFamily("another");
    refresh(login, 0, 1, POLICY);
    assertRotates(other, 0, POLICY);
    store.revoke(Revocation.ofFamily(login.user(), login.family(), remembered()));
    for (long generation = 0; generation <= 3; generation++) {
      assertRevoked(login, generation, RevokedScope.FAMILY);
    }
    assertRotates(other, 1, POLICY);
  }

  @Test
  void whenAFamilyIsRevokedBeforeItsFirstRefresh_thenThatIsRefused() {
    List<AccessTokens> ended =
        store.revoke(Revocation.ofFamily(login.user(), login.family(), remembered()));
    assertThat(ended).isEmpty();
    assertRevoked(login, 0, RevokedScope.FAMILY);
    assertRevoked(login, 1, RevokedScope.FAMILY);
  }

  @Test
  void whenSeveralFamiliesAreRevoked_thenTheAccessTokensOfTheKnownOnesAreTold() {
    refresh(login, 0, 2, POLICY);
    assertRotates(login.asFamily("second"), 4, POLICY);
    assertThat(revokeFamilies("unknown", "second", login.family()))
        .extracting(AccessTokens::family, AccessTokens::last)
        .containsExactlyInAnyOrder(tuple("second", 5L), tuple(login.family(), 3L));
  }

  /** The caller may have missed the first answer, by a time-out. */
  @Test
  void whenARevocationIsRepeated_thenTheSameAccessTokensAreToldAgain() {
    refresh(login, 0, 2, POLICY);
    List<AccessTokens> told = revokeFamilies(login.family());
    assertThat(told).hasSize(1);
    assertThat(revokeFamilies(login.family())).isEqualTo(told);
  }

  private List<AccessTokens> revokeFamilies(String... families) {
    return store.revoke(
        new Revocation(
            login.user(),
            List.of(families),
            List.of(),
            List.of(),
            List.of(),
            false,
            0,
            remembered()));
  }

  @Test
  void whenAFamilyIsRevokedForLongerThanItsTokensLast_thenItIsRememberedSoLong() {
    RotationRequest brief = briefly(login);
    store.rotate(brief, POLICY, () -> false);
    store.revoke(Revocation.ofFamily(login.user(), login.family(), inSeconds(5_000)));
    advanceSeconds(4_999);
    assertThat(store.find(login.user())).singleElement().matches(TokenFamily::isRevoked);
    assertRevoked(login, 1, RevokedScope.FAMILY);
  }

  /** A refresh that need not be remembered for more than a minute. */
  private RotationRequest briefly(Login one) {
    RotationRequest request = one.refresh(0, clock);
    return new RotationRequest(
        request.userId(),
        request.presented(),
        request.session(),
        new RotationRequest.ProposedChild(clock.second(), inSeconds(60), inSeconds(60)),
        request.accessToken(),
        request.context(),
        request.binding());
  }

  @Test
  void whenASessionIsRevoked_thenAllItsFamiliesAreRefusedWheneverItBegan() {
    Login atAnotherClient = login.asFamily("another").atClient("another client", clock.second());
    Login inAnotherSession = login.asFamily("elsewhere").inSession("elsewhere", clock.second());
    refresh(login, 0, 1, POLICY);
    store.revoke(Revocation.ofSession(login.user(), login.session(), remembered()));
    assertRevoked(login, 2, RevokedScope.SESSION);
    assertRevoked(atAnotherClient, 0, RevokedScope.SESSION);
    assertRevoked(login.inSession(login.session(), inSeconds(60)), 2, RevokedScope.SESSION);
    assertRotates(inAnotherSession, 0, POLICY);
  }

  @Test
  void whenAClientSessionIsRevoked_thenOtherClientsAndSessionsAreUntouched() {
    Login atAnotherClient = login.asFamily("2").atClient("another client", clock.second());
    Login inAnotherSession = login.asFamily("3").inSession("elsewhere", clock.second());
    Login untouched = login.asFamily("4");
    refresh(login, 0, 1, POLICY);
    advanceSeconds(1);
    revokeClientSession(login);
    assertRevoked(login, 2, RevokedScope.CLIENT_SESSION);
    assertRevoked(untouched, 0, RevokedScope.CLIENT_SESSION);
    assertRotates(atAnotherClient, 0, POLICY);
    assertRotates(inAnotherSession, 0, POLICY);
  }

  @Test
  void givenARevokedClientSession_whenTheUserComesBackToTheClient_thenTheNewOneWorks() {
    advanceSeconds(1);
    revokeClientSession(login);
    Login again = login.asFamily("again").atClient(login.client(), clock.second());
    assertRotates(again, 0, POLICY);
    assertRevoked(login, 0, RevokedScope.CLIENT_SESSION);
  }

  @Test
  void givenAClientSessionRevokedTwice_whenItBeganInBetween_thenItIsRefused() {
    advanceSeconds(1);
    revokeClientSession(login);
    Login again = login.asFamily("again").atClient(login.client(), clock.second());
    advanceSeconds(1);
    revokeClientSession(login);
    assertRevoked(again, 0, RevokedScope.CLIENT_SESSION);
  }

  @Test
  void givenAClientSessionRevokedTwice_whenTheClockWasSetBackInBetween_thenTheLaterCutOffStands() {
    advanceSeconds(100);
    revokeClientSession(login);
    advanceSeconds(-50);
    revokeClientSession(login);
    Login between = login.atClient(login.client(), clock.second() + 10);
    assertRevoked(between, 0, RevokedScope.CLIENT_SESSION);
  }

  @Test
  void whenAClientSessionIsRevokedWithItsFamilies_thenTheyAreRefusedEvenIfItBeganJustNow() {
    store.revoke(
        Revocation.ofClientSessions(
            login.user(),
            List.of(new ClientSession(login.session(), login.client())),
            List.of(login.family()),
            clock.second(),
            remembered()));
    assertRevoked(login, 0, RevokedScope.FAMILY);
    assertRotates(login.asFamily("the next login"), 0, POLICY);
  }

  @Test
  void whenAUserIsRevoked_thenSessionsThatBeganBeforeThatSecondAreRefused() {
    long cutOff = clock.second();
    Login before = login.asFamily("before").inSession("before", cutOff - 1);
    Login in = login.asFamily("in").inSession("in", cutOff);
    Login after = login.asFamily("after").inSession("after", cutOff + 1);
    revokeUser(List.of(), cutOff);
    assertRevoked(before, 0, RevokedScope.USER);
    assertRotates(in, 0, POLICY);
    assertRotates(after, 0, POLICY);
  }

  @Test
  void whenAUserIsRevoked_thenTheNamedSessionsAreRefusedWheneverTheyBegan() {
    revokeUser(List.of(login.session(), "another"), clock.second());
    assertRevoked(login, 0, RevokedScope.SESSION);
    assertRevoked(login.inSession("another", inSeconds(60)), 0, RevokedScope.SESSION);
  }

  @Test
  void whenAUserIsRevoked_thenNoOtherUserIs() {
    revokeUser(List.of(login.session()), inSeconds(60));
    assertRotates(login.ofUser("another user"), 0, POLICY);
  }

  @Test
  void givenAUserRevokedTwice_whenTheEarlierCutOffComesLater_thenTheLaterOneStands() {
    long cutOff = clock.second();
    revokeUser(List.of(), cutOff);
    revokeUser(List.of(), cutOff - 100);
    assertRevoked(login.inSession("before", cutOff - 1), 0, RevokedScope.USER);
    revokeUser(List.of(), cutOff + 100);
    assertRevoked(login.inSession("later", cutOff + 99), 0, RevokedScope.USER);
  }

  @Test
  void givenSeveralRevocations_whenAFamilyIsAmongThem_thenItIsNamedFirst() {
    advanceSeconds(1);
    revokeUser(List.of(), clock.second());
    assertRevoked(login, 0, RevokedScope.USER);
    revokeClientSession(login);
    assertRevoked(login, 0, RevokedScope.CLIENT_SESSION);
    store.revoke(Revocation.ofSession(login.user(), login.session(), remembered()));
    assertRevoked(login, 0, RevokedScope.SESSION);
    store.revoke(Revocation.ofFamily(login.user(), login.family(), remembered()));
    assertRevoked(login, 0, RevokedScope.FAMILY);
  }

  @Test
  void givenARevokedSession_whenAnOldTokenIsReplayed_thenThereIsNoTheftAlarm() {
    refresh(login, 0, 3, POLICY);
    store.revoke(Revocation.ofSession(login.user(), login.session(), remembered()));
    assertRevoked(login, 0, RevokedScope.SESSION);
    assertThat(store.find(login.user())).singleElement().matches(family -> !family.isRevoked());
  }

  @Test
  void whenNothingIsRevoked_thenNothingHappens() {
    assertRotates(login, 0, POLICY);
    revokeUser(List.of(), 0);
    assertRotates(login, 1, POLICY);
  }
}
