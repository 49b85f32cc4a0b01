package dev.tokenguard.rotation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tokenguard.revocation.RevocationScope;
import dev.tokenguard.revocation.Revocations;
import dev.tokenguard.rotation.RefreshDecision.Outcome;
import dev.tokenguard.rotation.RefreshDecision.Revoked;
import dev.tokenguard.rotation.RefreshDecision.Rotated;
import dev.tokenguard.rotation.TokenFamily.AccessTokens;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

/** What a login leaves, and that nothing else is different for it. */
abstract class BeginRules extends StoreRules {

  private static final RotationPolicy POLICY = Policies.DEFAULT;

  BeginRules(Function<TestClock, FamilyStore> opening) {
    super(opening);
  }

  private List<AccessTokens> begin(Login one) {
    return store.begin(one.begin(clock), POLICY);
  }

  private List<AccessTokens> revokeFamily() {
    return store.revoke(
        Revocations.ofFamily(login.user(), login.family(), inSeconds(Login.REMEMBERED)));
  }

  private void revokeSession() {
    store.revoke(
        Revocations.ofSession(
            login.user(),
            Revocations.both(login.session()),
            clock.second(),
            inSeconds(Login.REMEMBERED)));
  }

  private void assertFirstAccessTokenOnly(AccessTokens named) {
    String id = "onrtac:" + new TokenPosition(login.family(), 0).accessTokenId(0);
    assertThat(named.ids()).containsExactly(id);
  }

  @Test
  void whenALoginBegins_thenItsFamilyIsFoundAndNothingEnds() {
    assertThat(begin(login)).isEmpty();
    assertThat(store.find(login.user()))
        .usingRecursiveFieldByFieldElementComparatorIgnoringFields("accessTokens")
        .containsExactly(
            new TokenFamily(
                login.family(),
                Optional.of(login.session()),
                Optional.of(login.client()),
                false,
                0,
                Optional.of(Instant.ofEpochSecond(clock.second())),
                clock.instant(),
                false,
                new AccessTokens(login.family(), 0, 0, 1, 0, inSeconds(300), "onrtac", ""),
                Optional.empty()));
  }

  @Test
  void whenAnOfflineLoginBegins_thenThatIsFound() {
    begin(login.offline());
    assertThat(store.find(login.user())).singleElement().matches(TokenFamily::isOffline);
  }

  @Test
  void whenABegunFamilyIsRevoked_thenTheLoginsAccessTokenIsNamed() {
    begin(login);
    advanceSeconds(100);
    assertThat(revokeFamily())
        .singleElement()
        .satisfies(this::assertFirstAccessTokenOnly)
        .returns(inSeconds(200), AccessTokens::expiresAt);
    assertRevoked(login, 0, RevocationScope.FAMILY);
  }

  @Test
  void whenABegunFamilyIsRefreshed_thenTheLoginsAccessTokenIsNamedAsReplaced() {
    begin(login);
    Rotated rotated = assertRotates(login, 0, POLICY);
    assertFirstAccessTokenOnly(rotated.replaced());
    assertThat(rotated.replaced().expiresAt()).isGreaterThanOrEqualTo(inSeconds(300));
  }

  @Test
  void givenABegunFamily_whenItEnds_thenAllAccessTokensThatMayBeAliveAreNamed() {
    begin(login);
    advanceSeconds(299);
    refresh(login, 0, 1, POLICY);
    AccessTokens named = revokeFamily().get(0);
    assertThat(named).returns(0L, AccessTokens::first).returns(2L, AccessTokens::last);
    assertThat(named.expiresAt()).isEqualTo(inSeconds(300));
  }

  @Test
  void givenALoginLongAgo_whenItsFamilyEnds_thenItsAccessTokenIsNotNamedForever() {
    begin(login);
    for (long generation = 0; generation < 20; generation++) {
      advanceSeconds(60);
      assertRotates(login, generation, POLICY);
    }
    assertThat(revokeFamily().get(0).first()).isBetween(8L, 16L);
  }

  @Test
  void whenALoginIsToldTwice_thenTheSecondTimeChangesNothing() {
    begin(login);
    List<TokenFamily> before = store.find(login.user());
    advanceSeconds(10);
    assertThat(begin(login.offline().from(Login.OTHER_IP))).isEmpty();
    assertThat(store.find(login.user())).isEqualTo(before);
  }

  @Test
  void givenARefreshWasFaster_whenTheLoginIsTold_thenTheRecordStays() {
    refresh(login, 0, 1, POLICY);
    List<TokenFamily> before = store.find(login.user());
    advanceSeconds(10);
    assertThat(begin(login)).isEmpty();
    assertThat(store.find(login.user())).isEqualTo(before);
    assertRotates(login, 2, POLICY, Outcome.ROTATED);
  }

  @Test
  void givenAFamilyRevokedBefore_whenTheLoginIsTold_thenItIsDeadWithItsAccessToken() {
    revokeFamily();
    advanceSeconds(1);
    assertThat(begin(login)).singleElement().satisfies(this::assertFirstAccessTokenOnly);
    assertRevoked(login, 0, RevocationScope.FAMILY);
    assertThat(revokeFamily()).singleElement().satisfies(this::assertFirstAccessTokenOnly);
  }

  @Test
  void givenARefreshedFamilyThatWasRevoked_whenTheLoginIsTold_thenItStaysDead() {
    refresh(login, 0, 1, POLICY);
    revokeFamily();
    assertThat(begin(login)).singleElement().returns(2L, AccessTokens::last);
    assertRevoked(login, 2, RevocationScope.FAMILY);
  }

  @Test
  void givenASessionRevokedBefore_whenTheLoginIsTold_thenItIsDeadWithItsAccessToken() {
    revokeSession();
    assertThat(begin(login)).singleElement().satisfies(this::assertFirstAccessTokenOnly);
    assertThat(store.find(login.user())).singleElement().matches(TokenFamily::isRevoked);
    assertThat(begin(login)).singleElement().satisfies(this::assertFirstAccessTokenOnly);
  }

  @Test
  void givenAUserRevokedBefore_whenALoginIsTold_thenItIsDeadUnlessItIsLater() {
    advanceSeconds(1);
    store.revoke(
        Revocations.ofUser(login.user(), List.of(), clock.second(), inSeconds(Login.REMEMBERED)));
    Login later = login.asFamily("later").inSession("later", clock.second());
    assertThat(begin(login)).hasSize(1);
    assertThat(begin(later)).isEmpty();
    assertRotates(later, 0, POLICY);
    assertRevoked(login, 0, RevocationScope.FAMILY);
  }

  @Test
  void givenAnObservingPolicy_whenARevokedLoginIsTold_thenItStaysRevoked() {
    RotationPolicy observing = Policies.with("mode", "observe");
    revokeSession();
    assertThat(store.begin(login.begin(clock), observing)).hasSize(1);
    assertThat(store.find(login.user())).singleElement().matches(TokenFamily::isRevoked);
    assertThat(present(login, 0, observing)).isInstanceOf(Revoked.class);
  }

  @Test
  void givenALoginThatNobodyRefreshes_whenItsTokenHasExpired_thenItIsForgotten() {
    begin(login);
    advanceSeconds(Login.REMEMBERED + 1);
    assertThat(store.find(login.user())).isEmpty();
  }

  @Test
  void givenIdsOfAnyKind_whenALoginIsTold_thenItIsFoundByThem() {
    Login odd =
        login
            .ofUser("f:3d{tg}:Zoë \n%41")
            .asFamily("{}:, ~")
            .inSession("a.~b,c", clock.second())
            .atClient("~", clock.second());
    begin(odd);
    assertThat(store.find(odd.user()))
        .singleElement()
        .returns("{}:, ~", TokenFamily::id)
        .returns(Optional.of("a.~b,c"), TokenFamily::sessionId);
    assertRotates(odd, 0, POLICY, Outcome.ROTATED);
  }
}
