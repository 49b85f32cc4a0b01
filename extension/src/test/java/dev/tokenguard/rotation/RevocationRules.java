package dev.tokenguard.rotation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import dev.tokenguard.revocation.RevocationScope;
import dev.tokenguard.revocation.RevocationTarget;
import dev.tokenguard.revocation.RevocationTarget.ClientSession;
import dev.tokenguard.revocation.RevocationTarget.SessionKind;
import dev.tokenguard.revocation.Revocations;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.IntStream;
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
        Revocations.ofClientSessions(
            one.user(),
            List.of(new ClientSession(one.session(), one.client())),
            List.of(),
            clock.second(),
            remembered()));
  }

  private void revokeUser(List<String> sessions, long everythingBefore) {
    store.revoke(Revocations.ofUser(login.user(), sessions, everythingBefore, remembered()));
  }

  @Test
  void whenAFamilyIsRevoked_thenAllItsTokensAreRefusedAndNoOthers() {
    Login other = login.asFamily("another");
    refresh(login, 0, 1, POLICY);
    assertRotates(other, 0, POLICY);
    store.revoke(Revocations.ofFamily(login.user(), login.family(), remembered()));
    for (long generation = 0; generation <= 3; generation++) {
      assertRevoked(login, generation, RevocationScope.FAMILY);
    }
    assertRotates(other, 1, POLICY);
  }

  @Test
  void whenAFamilyIsRevokedBeforeItsFirstRefresh_thenThatIsRefused() {
    List<AccessTokens> ended =
        store.revoke(Revocations.ofFamily(login.user(), login.family(), remembered()));
    assertThat(ended).isEmpty();
    assertRevoked(login, 0, RevocationScope.FAMILY);
    assertRevoked(login, 1, RevocationScope.FAMILY);
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
    return store.revoke(Revocations.ofFamilies(login.user(), List.of(families), 0, remembered()));
  }

  @Test
  void whenAFamilyIsRevokedForLongerThanItsTokensLast_thenItIsRememberedSoLong() {
    RotationRequest brief = briefly(login);
    store.rotate(brief, POLICY, it -> false);
    store.revoke(Revocations.ofFamily(login.user(), login.family(), inSeconds(5_000)));
    advanceSeconds(4_999);
    assertThat(store.find(login.user())).singleElement().matches(TokenFamily::isRevoked);
    assertRevoked(login, 1, RevocationScope.FAMILY);
  }

  /** A refresh that need not be remembered for more than a minute. */
  private RotationRequest briefly(Login one) {
    RotationRequest request = one.refresh(0, clock);
    return new RotationRequest(
        request.userId(),
        request.presented(),
        request.session(),
        new RotationRequest.ProposedChild(
            clock.second(), inSeconds(60), inSeconds(60), inSeconds(60)),
        request.accessToken(),
        request.context(),
        request.binding(),
        request.attempt(),
        0,
        request.presentedIssuedAt(),
        true,
        Optional.empty());
  }

  @Test
  void whenASessionIsRevoked_thenAllItsFamiliesAreRefused() {
    Login atAnotherClient = login.asFamily("another").atClient("another client", clock.second());
    Login inAnotherSession = login.asFamily("elsewhere").inSession("elsewhere", clock.second());
    refresh(login, 0, 1, POLICY);
    store.revoke(
        Revocations.ofSession(
            login.user(), Revocations.both(login.session()), clock.second(), remembered()));
    assertRevoked(login, 2, RevocationScope.SESSION);
    assertRevoked(atAnotherClient, 0, RevocationScope.SESSION);
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
    assertRevoked(login, 2, RevocationScope.CLIENT_SESSION);
    assertRevoked(untouched, 0, RevocationScope.CLIENT_SESSION);
    assertRotates(atAnotherClient, 0, POLICY);
    assertRotates(inAnotherSession, 0, POLICY);
  }

  @Test
  void givenARevokedClientSession_whenTheUserComesBackToTheClient_thenTheNewOneWorks() {
    advanceSeconds(1);
    revokeClientSession(login);
    Login again = login.asFamily("again").atClient(login.client(), clock.second());
    assertRotates(again, 0, POLICY);
    assertRevoked(login, 0, RevocationScope.CLIENT_SESSION);
  }

  @Test
  void givenAClientSessionRevokedTwice_whenItBeganInBetween_thenItIsRefused() {
    advanceSeconds(1);
    revokeClientSession(login);
    Login again = login.asFamily("again").atClient(login.client(), clock.second());
    advanceSeconds(1);
    revokeClientSession(login);
    assertRevoked(again, 0, RevocationScope.CLIENT_SESSION);
  }

  @Test
  void givenAClientSessionRevokedTwice_whenTheClockWasSetBackInBetween_thenTheLaterCutOffStands() {
    advanceSeconds(100);
    revokeClientSession(login);
    advanceSeconds(-50);
    revokeClientSession(login);
    Login between = login.atClient(login.client(), clock.second() + 10);
    assertRevoked(between, 0, RevocationScope.CLIENT_SESSION);
  }

  @Test
  void whenAClientSessionIsRevokedWithItsFamilies_thenTheyAreRefusedEvenIfItBeganJustNow() {
    store.revoke(
        Revocations.ofClientSessions(
            login.user(),
            List.of(new ClientSession(login.session(), login.client())),
            List.of(login.family()),
            clock.second(),
            remembered()));
    assertRevoked(login, 0, RevocationScope.FAMILY);
    assertRotates(login.asFamily("the next login"), 0, POLICY);
  }

  @Test
  void whenAUserIsRevoked_thenSessionsThatBeganBeforeThatSecondAreRefused() {
    long cutOff = clock.second();
    Login before = login.asFamily("before").inSession("before", cutOff - 1);
    Login in = login.asFamily("in").inSession("in", cutOff);
    Login after = login.asFamily("after").inSession("after", cutOff + 1);
    revokeUser(List.of(), cutOff);
    assertRevoked(before, 0, RevocationScope.USER);
    assertRotates(in, 0, POLICY);
    assertRotates(after, 0, POLICY);
  }

  @Test
  void whenAUserIsRevoked_thenTheNamedSessionsAreRefusedEvenIfTheyBeganInThatSecond() {
    revokeUser(List.of(login.session(), "another"), clock.second());
    assertRevoked(login, 0, RevocationScope.SESSION);
    assertRevoked(login.inSession("another", clock.second()), 0, RevocationScope.SESSION);
    assertRotates(login.inSession("another", inSeconds(1)), 0, POLICY);
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
    assertRevoked(login.inSession("before", cutOff - 1), 0, RevocationScope.USER);
    revokeUser(List.of(), cutOff + 100);
    assertRevoked(login.inSession("later", cutOff + 99), 0, RevocationScope.USER);
  }

  @Test
  void givenSeveralRevocations_whenAFamilyIsAmongThem_thenItIsNamedFirst() {
    advanceSeconds(1);
    revokeUser(List.of(), clock.second());
    assertRevoked(login, 0, RevocationScope.USER);
    revokeClientSession(login);
    assertRevoked(login, 0, RevocationScope.CLIENT_SESSION);
    store.revoke(
        Revocations.ofSession(
            login.user(), Revocations.both(login.session()), clock.second(), remembered()));
    assertRevoked(login, 0, RevocationScope.SESSION);
    store.revoke(Revocations.ofFamily(login.user(), login.family(), remembered()));
    assertRevoked(login, 0, RevocationScope.FAMILY);
  }

  @Test
  void givenARevokedSession_whenAnOldTokenIsReplayed_thenThereIsNoTheftAlarm() {
    refresh(login, 0, 3, POLICY);
    store.revoke(
        Revocations.ofSession(
            login.user(), Revocations.both(login.session()), clock.second(), remembered()));
    assertRevoked(login, 0, RevocationScope.SESSION);
  }

  /** A login page that was open during a logout may begin a session of the same id. */
  @Test
  void givenARevokedSession_whenALaterOneHasItsId_thenItWorksAndTheOldTokensDoNot() {
    revokeSession(SessionKind.BOTH);
    advanceSeconds(1);
    Login again = login.asFamily("again").inSession(login.session(), clock.second());
    assertThat(store.begin(again.begin(clock), POLICY)).isEmpty();
    refresh(again, 0, 2, POLICY);
    assertRevoked(login, 0, RevocationScope.SESSION);
  }

  /** A retry, or a restart that finds what was delivered before. */
  @Test
  void givenALoginAfterARevocation_whenThatIsAppliedAgain_thenTheLoginStaysActive() {
    long decided = clock.second();
    advanceSeconds(1);
    Login again =
        login
            .asFamily("again")
            .inSession(login.session(), clock.second())
            .atClient(login.client(), clock.second());
    for (int time = 0; time < 3; time++) {
      revokeAllSince(decided);
      advanceSeconds(3_600);
      refresh(again, 2 * time, 2 * time + 1, POLICY);
    }
    assertRevoked(login, 0, RevocationScope.SESSION);
  }

  private void revokeAllSince(long decided) {
    List<String> sessions = List.of(login.session());
    store.revoke(
        Revocations.ofClient(login.user(), login.client(), sessions, decided, remembered()));
    store.revoke(Revocations.ofUser(login.user(), sessions, decided, remembered()));
  }

  private void revokeSession(SessionKind kind) {
    store.revoke(
        Revocations.ofSession(
            login.user(),
            new RevocationTarget.Session(login.session(), kind),
            clock.second(),
            remembered()));
  }

  @Test
  void whenAnOnlineSessionIsRevoked_thenTheOfflineOneOfItsIdWorks() {
    revokeSession(SessionKind.ONLINE);
    assertRotates(login.asFamily("offline").offline(), 0, POLICY);
    assertRevoked(login, 0, RevocationScope.SESSION);
  }

  @Test
  void whenAnOfflineSessionIsRevoked_thenTheOnlineOneOfItsIdWorks() {
    revokeSession(SessionKind.OFFLINE);
    assertRevoked(login.asFamily("offline").offline(), 0, RevocationScope.SESSION);
    assertRotates(login, 0, POLICY);
  }

  @Test
  void whenAClientIsRevoked_thenWhatBeganThereBeforeIsInWhateverSession() {
    advanceSeconds(10);
    Login elsewhere = login.asFamily("elsewhere").inSession("elsewhere", clock.second());
    Login otherClient = login.asFamily("other").atClient("another client", login.started());
    Login again = login.asFamily("again").atClient(login.client(), clock.second());
    store.revoke(
        Revocations.ofClient(
            login.user(), login.client(), List.of(), clock.second(), remembered()));
    assertRevoked(login, 0, RevocationScope.CLIENT_SESSION);
    assertRevoked(elsewhere, 0, RevocationScope.CLIENT_SESSION);
    assertRotates(otherClient, 0, POLICY);
    assertRotates(again, 0, POLICY);
  }

  @Test
  void whenMoreIsRevokedThanOneStepHolds_thenAllOfItIs() {
    int many = 2 * FamilyStore.REVOKED_PER_STEP + 7;
    List<String> families = IntStream.range(0, many).mapToObj(it -> "family " + it).toList();
    List<RevocationTarget.Session> sessions =
        IntStream.range(0, many).mapToObj(it -> Revocations.online("session " + it)).toList();
    for (int each : List.of(0, 500, many - 1)) {
      assertRotates(login.asFamily(families.get(each)), 0, POLICY);
    }
    store.revoke(Revocations.ofSessions(login.user(), sessions, clock.second(), remembered()));
    List<AccessTokens> named = revokeFamilies(families.toArray(String[]::new));
    assertThat(named)
        .extracting(AccessTokens::family)
        .containsExactlyInAnyOrder("family 0", "family 500", "family " + (many - 1));
    for (int each : List.of(0, 499, 500, 999, 1_000, many - 1)) {
      assertRevoked(login.asFamily("family " + each), 1, RevocationScope.FAMILY);
      assertRevoked(
          login.asFamily("other").inSession("session " + each, login.started()),
          0,
          RevocationScope.SESSION);
    }
  }

  @Test
  void whenNothingIsRevoked_thenNothingHappens() {
    assertRotates(login, 0, POLICY);
    revokeUser(List.of(), 0);
    assertRotates(login, 1, POLICY);
  }
}
