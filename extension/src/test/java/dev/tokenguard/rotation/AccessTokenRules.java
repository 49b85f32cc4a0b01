package dev.tokenguard.rotation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tokenguard.revocation.Revocations;
import dev.tokenguard.rotation.RefreshDecision.Outcome;
import dev.tokenguard.rotation.RefreshDecision.ReuseReason;
import dev.tokenguard.rotation.RefreshDecision.Revoked;
import dev.tokenguard.rotation.RefreshDecision.SuccessorToken;
import dev.tokenguard.rotation.TokenFamily.AccessTokens;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Which access tokens are named when a family ends: all that may be alive, and little more. */
abstract class AccessTokenRules extends StoreRules {

  private static final RotationPolicy POLICY = Policies.DEFAULT;

  AccessTokenRules(Function<TestClock, FamilyStore> opening) {
    super(opening);
  }

  /** Ends the family by a reuse of its first token. */
  private AccessTokens endedByReuse() {
    return assertReused(login, 0, POLICY, ReuseReason.OLDER_GENERATION).revoked();
  }

  private AccessTokens ended(Login one) {
    List<AccessTokens> ended =
        store.revoke(Revocations.ofFamily(one.user(), one.family(), inSeconds(Login.REMEMBERED)));
    assertThat(ended).hasSize(1);
    return ended.get(0);
  }

  private void assertNames(AccessTokens named, long first, long last) {
    assertThat(named.ids()).containsAll(ids(first, last));
    assertThat(named.last()).isEqualTo(last);
  }

  private List<String> ids(long first, long last) {
    return LongStream.rangeClosed(first, last)
        .mapToObj(it -> (it == 0 ? "onrtac:" : "onrtrt:") + place(it).accessTokenId(0))
        .toList();
  }

  private TokenPosition place(long generation) {
    return new TokenPosition(login.family(), generation);
  }

  private RotationRequest withAccessTokenOf(long seconds, long generation) {
    return withAccessToken(
        new RotationRequest.AccessToken(inSeconds(seconds), "onrtrt", "onrtac"), generation);
  }

  private RotationRequest withAccessToken(RotationRequest.AccessToken token, long generation) {
    return Login.withAccessToken(login.refresh(generation, clock), token);
  }

  @Test
  void whenTheLineageGoesOn_thenTheReplacedAccessTokenIsNamed() {
    for (long generation = 0; generation <= 3; generation++) {
      AccessTokens replaced = assertRotates(login, generation, POLICY).replaced();
      assertThat(replaced.ids()).isEqualTo(ids(generation, generation));
      assertThat(replaced.expiresAt()).isGreaterThanOrEqualTo(inSeconds(300));
    }
  }

  @Test
  void whenAFamilyIsAdoptedOrFastForwarded_thenTheReplacedAccessTokenIsNamed() {
    assertThat(assertRotates(login, 5, POLICY, Outcome.ADOPTED).replaced().ids())
        .isEqualTo(ids(5, 5));
    assertThat(assertRotates(login, 9, POLICY, Outcome.FAST_FORWARDED).replaced().ids())
        .isEqualTo(ids(9, 9));
  }

  @Test
  void whenAYoungFamilyEnds_thenTheLoginsAccessTokenAndAllLaterOnesAreNamed() {
    refresh(login, 0, 2, POLICY);
    AccessTokens named = endedByReuse();
    assertThat(named.ids()).isEqualTo(ids(0, 3));
    assertThat(named.expiresAt()).isEqualTo(inSeconds(300));
  }

  @Test
  void givenALoginBeforeThePolicy_whenItsFamilyEnds_thenOnlyKnownAccessTokensAreNamed() {
    store.rotate(
        withAccessToken(new RotationRequest.AccessToken(inSeconds(300), "trrtrt", ""), 0),
        POLICY,
        it -> false);
    store.rotate(
        withAccessToken(new RotationRequest.AccessToken(inSeconds(300), "trrtrt", ""), 1),
        POLICY,
        it -> false);
    assertThat(endedByReuse().ids())
        .containsExactly(
            "trrtrt:" + place(1).accessTokenId(0), "trrtrt:" + place(2).accessTokenId(0));
  }

  @Test
  void givenARevocation_whenAFamilyEnds_thenItsAccessTokensAreNamed() {
    refresh(login, 0, 2, POLICY);
    assertNames(ended(login), 0, 3);
  }

  @Test
  void givenALongRunningFamily_whenItEnds_thenAllLiveAccessTokensAreNamedAndFewOthers() {
    for (int minutes = 6; minutes <= 40; minutes++) {
      Login one = login.asFamily("of " + minutes + " minutes");
      for (long generation = 0; generation < minutes; generation++) {
        assertRotates(one, generation, POLICY);
        advanceSeconds(60);
      }
      AccessTokens named = ended(one);
      // Five minutes are their lifespan, so these are alive: issued 1, 2, 3, 4, 5 minutes ago.
      assertThat(named.first()).isLessThanOrEqualTo(minutes - 4L);
      assertThat(named.last()).isEqualTo(minutes);
      assertThat(named.ids()).hasSizeLessThanOrEqualTo(2 * 6);
      assertThat(named.expiresAt()).isEqualTo(inSeconds(240));
    }
  }

  @Test
  void givenAnIdleFamily_whenItGoesOnAndEnds_thenTheAccessTokensSinceAreNamed() {
    refresh(login, 0, 9, POLICY);
    advanceSeconds(86_400);
    refresh(login, 10, 11, POLICY);
    assertNames(endedByReuse(), 11, 12);
  }

  @Test
  void givenAFormerlyLongerLifespan_whenTheFamilyEnds_thenTheLongLivedAccessTokenIsNamed() {
    store.rotate(withAccessTokenOf(300, 0), POLICY, it -> false);
    store.rotate(withAccessTokenOf(3600, 1), POLICY, it -> false);
    for (long generation = 2; generation < 60; generation++) {
      store.rotate(withAccessTokenOf(60, generation), POLICY, it -> false);
      advanceSeconds(60);
    }
    AccessTokens named = endedByReuse();
    assertNames(named, 2, 60);
    assertThat(named.expiresAt()).isGreaterThanOrEqualTo(inSeconds(3600 - 58 * 60));
  }

  /** RFC 7519, section 4.1.7: one id for one token. */
  @Test
  void givenTwoAccessTokensOfOneGrace_whenTheFamilyEnds_thenBothAreNamed() {
    SuccessorToken first = assertRotates(login, 0, POLICY).child();
    SuccessorToken second = assertReplays(login, 0, POLICY).child();
    List<String> given =
        Stream.of(first, second)
            .map(it -> "onrtrt:" + place(it.generation()).accessTokenId(it.replay()))
            .toList();
    assertThat(given).doesNotHaveDuplicates();
    assertThat(ended(login).ids()).containsAll(given);
  }

  @Test
  void
      givenReplaysOfSeveralGenerations_whenTheFamilyEnds_thenEachIsNamedOnceAndExpiredOnesAreNot() {
    List<String> given = new ArrayList<>();
    for (long generation = 0; generation < 30; generation++) {
      assertRotates(login, generation, POLICY);
      given.clear();
      for (int replay = 0; replay < 3; replay++) {
        SuccessorToken child = assertReplays(login, generation, POLICY).child();
        given.add("onrtrt:" + place(child.generation()).accessTokenId(child.replay()));
      }
      advanceSeconds(60);
    }
    assertThat(ended(login).ids())
        .containsAll(given)
        .doesNotHaveDuplicates()
        .hasSizeLessThanOrEqualTo(4 * 2 * 6);
  }

  @Test
  void givenReplays_whenTheLineageGoesOn_thenAllAccessTokensThatCameWithTheTokenAreReplaced() {
    assertRotates(login, 0, POLICY);
    SuccessorToken replayed = assertReplays(login, 0, POLICY).child();
    assertThat(assertRotates(login, 1, POLICY).replaced().ids())
        .containsExactly(
            "onrtrt:" + place(1).accessTokenId(0),
            "onrtrt:" + place(1).accessTokenId(replayed.replay()));
    assertThat(assertRotates(login, 2, POLICY).replaced().ids()).isEqualTo(ids(2, 2));
  }

  @Test
  void whenAnAccessTokenEndsInThisSecond_thenItIsStillNamed() {
    assertRotates(login, 0, POLICY);
    advanceSeconds(300);
    refresh(login, 1, 2, POLICY);
    assertNames(ended(login), 1, 3);
  }

  @Test
  void givenAnAdoptedFamily_whenItEnds_thenTheAccessTokensOf64GenerationsBackAreNamed() {
    assertRotates(login, 100, POLICY);
    AccessTokens named = endedByReuse();
    assertThat(named.ids()).isEqualTo(ids(36, 101));
  }

  @Test
  void givenAnOutageWithoutGuard_whenTheFamilyEndsLater_thenItsUnseenAccessTokensAreNamed() {
    assertRotates(login, 0, POLICY);
    advanceSeconds(3600);
    // Generations 1 to 4 were refreshed without the store, in the last minute.
    assertRotates(login, 5, POLICY, Outcome.FAST_FORWARDED);
    advanceSeconds(1);
    assertRotates(login, 6, POLICY);
    assertNames(endedByReuse(), 2, 7);
  }

  @Test
  void givenAReuseDuringAnOutage_whenTheOtherBranchIsPresented_thenItsAccessTokensAreNamed() {
    refresh(login, 0, 2, POLICY);
    endedByReuse();
    // Generations 4 to 7 were granted without the store.
    assertNames(revoked(7), 0, 7);
    assertNames(revoked(1_000_000), 1_000_000 - 64, 1_000_000);
    assertThat(revoked(1_000_000).ids()).hasSizeLessThanOrEqualTo(65);
    assertThat(revoked(0).last()).isEqualTo(3);
  }

  @Test
  void givenAMismatchAfterAnOutage_whenItEndsTheFamily_thenTheUnseenAccessTokensAreNamed() {
    RotationPolicy policy = Policies.with("bind-to", "ip", "on-binding-mismatch", "revoke-family");
    refresh(login, 0, 2, policy);
    assertThat(assertMismatched(login.from(Login.OTHER_IP), 7, policy).accessTokens())
        .get()
        .satisfies(named -> assertNames(named, 0, 7));
  }

  private AccessTokens revoked(long generation) {
    return present(login, generation, POLICY, Revoked.class).accessTokens().orElseThrow();
  }
}
