package dev.tokenguard.rotation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tokenguard.revocation.RevocationScope;
import dev.tokenguard.revocation.RevocationTarget.ClientSession;
import dev.tokenguard.revocation.Revocations;
import dev.tokenguard.rotation.RefreshDecision.Rotated;
import dev.tokenguard.rotation.TokenFamily.AccessTokens;
import java.time.Duration;
import java.util.List;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

/** Which families a login ends when the user has too many at the client. */
abstract class CapRules extends StoreRules {

  private static final RotationPolicy TWO = Policies.with("max-families-per-user-and-client", 2);
  private static final RotationPolicy POLICY = Policies.DEFAULT;

  CapRules(Function<TestClock, FamilyStore> opening) {
    super(opening);
  }

  /** Logs in by a session of the same name as the family; the next login is a second later. */
  private List<String> logIn(String name, RotationPolicy policy) {
    return logIn(named(name), policy);
  }

  private List<String> logIn(Login one, RotationPolicy policy) {
    List<String> ended =
        store.begin(one.begin(clock), policy).stream().map(AccessTokens::family).toList();
    advanceSeconds(1);
    return ended;
  }

  private Login named(String name) {
    return login.asFamily(name).inSession(name, clock.second());
  }

  private long remembered() {
    return inSeconds(Login.REMEMBERED);
  }

  @Test
  void givenAsManyAsAllowed_whenOneMoreLogsIn_thenTheOldestEnds() {
    assertThat(logIn("first", TWO)).isEmpty();
    assertThat(logIn("second", TWO)).isEmpty();
    assertThat(logIn("third", TWO)).containsExactly("first");
    assertRevoked(named("first"), 0, RevocationScope.FAMILY);
    assertRotates(named("second"), 0, TWO);
    assertRotates(named("third"), 0, TWO);
    assertThat(logIn("fourth", TWO)).containsExactly("second");
  }

  @Test
  void givenNoLimit_whenManyLogIn_thenNoneEnds() {
    for (int number = 0; number < 20; number++) {
      assertThat(logIn("login " + number, POLICY)).isEmpty();
    }
  }

  @Test
  void givenMoreThanALoweredLimit_whenOneMoreLogsIn_thenAllThatAreTooManyEnd() {
    for (int number = 1; number <= 5; number++) {
      logIn("login " + number, POLICY);
    }
    assertThat(logIn("login 6", TWO))
        .containsExactlyInAnyOrder("login 1", "login 2", "login 3", "login 4");
  }

  @Test
  void givenFarMoreThanALoweredLimit_whenOthersLogIn_thenEachRevokesABoundedNumberOfTheOldest() {
    for (int number = 0; number < 150; number++) {
      logIn("login " + number, POLICY);
    }
    List<String> first = logIn("another", TWO);
    assertThat(first).hasSize(FamilyStore.CAPPED_PER_LOGIN).contains("login 0", "login 63");
    assertThat(logIn("one more", TWO)).hasSize(FamilyStore.CAPPED_PER_LOGIN).contains("login 64");
    assertThat(logIn("the last", TWO)).hasSize(23).contains("login 149");
    assertThat(logIn("as ever", TWO)).containsExactly("one more");
  }

  @Test
  void givenRefreshes_whenOneMoreLogsIn_thenTheOldestLoginEndsNotTheOneUnusedForLongest() {
    logIn("first", TWO);
    logIn("second", TWO);
    refresh(named("first"), 0, 3, TWO);
    assertThat(logIn("third", TWO)).containsExactly("first");
    assertRevoked(named("first"), 4, RevocationScope.FAMILY);
  }

  @Test
  void givenLoginsWithinASecond_whenOneMoreLogsIn_thenTheOldestEndsAllTheSame() {
    for (String name : List.of("b", "a", "d", "c")) {
      store.begin(named(name).begin(clock), POLICY);
      advance(Duration.ofMillis(1));
    }
    assertThat(logIn("last", Policies.with("max-families-per-user-and-client", 4)))
        .containsExactly("b");
  }

  @Test
  void givenFamiliesThatBeganWithARefresh_whenOneMoreLogsIn_thenTheyCount() {
    assertRotates(named("adopted"), 7, TWO);
    advanceSeconds(1);
    logIn("second", TWO);
    assertThat(logIn("third", TWO)).containsExactly("adopted");
  }

  @Test
  void givenOtherClientsAndUsers_whenOneMoreLogsIn_thenTheyAreUntouched() {
    logIn(named("other client").atClient("another client", clock.second()), TWO);
    logIn(named("other user").ofUser("another user"), TWO);
    logIn("first", TWO);
    logIn("second", TWO);
    assertThat(logIn("third", TWO)).containsExactly("first");
    assertRotates(named("other client").atClient("another client", clock.second()), 0, TWO);
    assertRotates(named("other user").ofUser("another user"), 0, TWO);
  }

  @Test
  void givenDeadFamilies_whenOneMoreLogsIn_thenTheyDoNotCount() {
    logIn("revoked family", POLICY);
    logIn("revoked session", POLICY);
    logIn("reused", POLICY);
    store.revoke(Revocations.ofFamily(login.user(), "revoked family", remembered()));
    store.revoke(
        Revocations.ofSession(
            login.user(), Revocations.both("revoked session"), clock.second(), remembered()));
    refresh(named("reused"), 0, 1, POLICY);
    present(named("reused"), 0, POLICY);
    logIn("first", TWO);
    assertThat(logIn("second", TWO)).isEmpty();
    assertThat(logIn("third", TWO)).containsExactly("first");
  }

  @Test
  void givenARevokedClientSession_whenOneMoreLogsIn_thenItsFamiliesDoNotCount() {
    logIn("session", POLICY);
    store.revoke(
        Revocations.ofClientSessions(
            login.user(),
            List.of(new ClientSession("session", login.client())),
            List.of(),
            clock.second(),
            remembered()));
    logIn(
        named("again")
            .inSession("session", clock.second())
            .atClient(login.client(), clock.second()),
        TWO);
    assertThat(logIn("second", TWO)).isEmpty();
    assertThat(logIn("third", TWO)).containsExactly("again");
  }

  @Test
  void givenACutOff_whenOneMoreLogsIn_thenWhatBeganBeforeDoesNotCount() {
    logIn("before", POLICY);
    store.revoke(Revocations.ofUser(login.user(), List.of(), clock.second(), remembered()));
    logIn("first", TWO);
    assertThat(logIn("second", TWO)).isEmpty();
    assertThat(logIn("third", TWO)).containsExactly("first");
  }

  @Test
  void givenAnExpiredFamily_whenOneMoreLogsIn_thenItDoesNotCount() {
    logIn("expired", TWO);
    advanceSeconds(Login.REMEMBERED);
    logIn("first", TWO);
    assertThat(logIn("second", TWO)).isEmpty();
  }

  @Test
  void givenAFamilyThatIsOnlyKnownAsRevoked_whenOthersLogIn_thenItDoesNotCount() {
    store.revoke(Revocations.ofFamily(login.user(), "unknown", remembered()));
    logIn("first", TWO);
    assertThat(logIn("second", TWO)).isEmpty();
  }

  @Test
  void givenALoginThatIsDeadAlready_whenItIsTold_thenItEndsNoOther() {
    logIn("first", TWO);
    logIn("second", TWO);
    store.revoke(
        Revocations.ofSession(
            login.user(), Revocations.both("third"), clock.second(), remembered()));
    assertThat(logIn("third", TWO)).containsExactly("third");
    assertRotates(named("first"), 0, TWO);
  }

  @Test
  void givenALoginToldBefore_whenItIsToldAgain_thenItEndsNoOther() {
    logIn("first", POLICY);
    logIn("second", POLICY);
    logIn("third", POLICY);
    assertThat(logIn("third", TWO)).isEmpty();
  }

  @Test
  void givenAnObservingPolicy_whenTooManyLogIn_thenNoneEnds() {
    RotationPolicy observing =
        Policies.with("max-families-per-user-and-client", 1, "mode", "observe");
    logIn("first", observing);
    assertThat(logIn("second", observing)).isEmpty();
    assertRotates(named("first"), 0, POLICY);
  }

  private static final List<RotationPolicy> ALL_MODES =
      List.of(
          POLICY,
          Policies.with("mode", "observe"),
          POLICY.lookupOnly(),
          Policies.with("on-missing-state", "deny"));

  private RefreshDecision present(Login one, long generation, long issuedAt, RotationPolicy by) {
    return store.rotate(Login.issuedAt(one.refresh(generation, clock), issuedAt), by, it -> false);
  }

  private void assertRevoked(Login one, long generation, long issuedAt) {
    for (RotationPolicy policy : ALL_MODES) {
      assertThat(present(one, generation, issuedAt, policy))
          .isInstanceOfSatisfying(
              RefreshDecision.Revoked.class,
              it -> assertThat(it.scope()).isEqualTo(RevocationScope.FAMILY));
    }
  }

  /** So many that no record is left that need not be kept. */
  private void letAccessTokensExpire() {
    advanceSeconds(Login.ACCESS_TOKEN_LIFESPAN + 61);
    for (int number = 0; number < 100; number++) {
      store.begin(named("later " + number).begin(clock), TWO);
    }
  }

  @Test
  void givenOneTooMany_whenItsAccessTokensHaveExpired_thenItIsListedNoMore() {
    logIn("first", TWO);
    logIn("second", TWO);
    logIn("third", TWO);
    assertThat(store.find(login.user())).hasSize(3);
    advanceSeconds(Login.ACCESS_TOKEN_LIFESPAN + 57);
    assertThat(store.find(login.user())).hasSize(3);
    advanceSeconds(1);
    assertThat(store.find(login.user()))
        .extracting(TokenFamily::id)
        .containsExactlyInAnyOrder("second", "third");
  }

  @Test
  void givenOneTooMany_whenItsAccessTokensHaveExpired_thenEachOfItsTokensIsStillRefused() {
    for (Login one : List.of(named("online"), named("offline").offline())) {
      long begun = clock.second();
      logIn(one, TWO);
      refresh(one, 0, 1, TWO);
      logIn("second of " + one.family(), TWO);
      logIn("third of " + one.family(), TWO);
      letAccessTokensExpire();
      assertRevoked(one, 0, begun);
      assertRevoked(one, 1, begun + 1);
      assertRevoked(one, 2, begun + 1);
      assertThat(store.find(login.user())).extracting(TokenFamily::id).doesNotContain(one.family());
    }
  }

  @Test
  void givenOneTooMany_whenATokenWithoutARecordIsYounger_thenItIsAdopted() {
    long begun = clock.second();
    logIn("first", TWO);
    logIn("second", TWO);
    logIn("third", TWO);
    assertRevoked(named("never recorded"), 0, begun);
    assertRevoked(named("never recorded"), 7, begun);
    assertThat(present(named("younger"), 0, begun + 1, POLICY)).isInstanceOf(Rotated.class);
    assertThat(present(named("adopted"), 7, begun + 1, POLICY)).isInstanceOf(Rotated.class);
    assertThat(present(named("younger"), 1, begun + 1, POLICY)).isInstanceOf(Rotated.class);
  }

  @Test
  void givenOneTooMany_whenATokenIsOfAnotherClientOrUser_thenItIsAdoptedHoweverOld() {
    long begun = clock.second();
    logIn("first", TWO);
    logIn("second", TWO);
    logIn("third", TWO);
    assertThat(present(named("a").atClient("another client", begun), 3, begun - 9, POLICY))
        .isInstanceOf(Rotated.class);
    assertThat(present(named("b").ofUser("another user"), 3, begun - 9, POLICY))
        .isInstanceOf(Rotated.class);
  }

  @Test
  void givenOneTooMany_whenAnEarlierLoginIsRecordedLate_thenItIsNewAsAnyOther() {
    logIn("first", TWO);
    logIn("second", TWO);
    logIn("third", TWO);
    Login late = named("late");
    store.begin(Login.issuedAt(late.begin(clock), clock.second() - 60), POLICY);
    assertThat(present(late, 0, clock.second() - 60, POLICY)).isInstanceOf(Rotated.class);
  }

  /** The one with the younger token is the older login. */
  @Test
  void givenSeveralTooMany_whenTheYoungestTokenIsNotTheLast_thenItCountsForAll() {
    logIn("first", TWO);
    logIn("second", TWO);
    advanceSeconds(60);
    long refreshed = clock.second();
    refresh(named("first"), 0, 0, TWO);
    advanceSeconds(60);
    assertThat(logIn("third", TWO)).containsExactly("first");
    assertThat(logIn("fourth", TWO)).containsExactly("second");
    letAccessTokensExpire();
    assertRevoked(named("first"), 1, refreshed);
  }

  @Test
  void givenOneTooMany_whenOthersAreRecordedWithoutALimit_thenItIsStillRefused() {
    long begun = clock.second();
    RotationPolicy unlimited = Policies.with("max-families-per-user-and-client", 0);
    logIn("first", TWO);
    logIn("second", TWO);
    logIn("third", TWO);
    advanceSeconds(Login.ACCESS_TOKEN_LIFESPAN + 61);
    for (int number = 0; number < 100; number++) {
      logIn("login " + number, unlimited);
      assertThat(present(named("adopted " + number), 3, clock.second(), unlimited))
          .isInstanceOf(Rotated.class);
    }
    assertRevoked(named("first"), 0, begun);
  }

  @Test
  void givenOneThatIsIdleForLong_whenItIsTooMany_thenItIsNotListedForLongEither() {
    logIn(named("idle").offline(), TWO);
    advanceSeconds(100_000);
    logIn("second", TWO);
    assertThat(logIn("third", TWO)).containsExactly("idle");
    advanceSeconds(1);
    assertThat(store.find(login.user()))
        .extracting(TokenFamily::id)
        .containsExactlyInAnyOrder("second", "third");
  }
}
