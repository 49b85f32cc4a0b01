package dev.tokenguard.rotation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tokenguard.revocation.Revocations;
import dev.tokenguard.rotation.TokenFamily.AccessTokens;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What is told of a user's families. */
abstract class FindingRules extends StoreRules {

  private static final RotationPolicy WITHOUT_LIMIT =
      Policies.with("max-families-per-user-and-client", 0);

  FindingRules(Function<TestClock, FamilyStore> opening) {
    super(opening);
  }

  @Test
  void givenNothing_whenAUserIsFound_thenThereAreNoFamilies() {
    assertThat(store.find(login.user())).isEmpty();
  }

  @Test
  void givenAFamily_whenItIsFound_thenAllIsToldOfIt() {
    Instant begin = clock.instant();
    assertRotates(login, 0, Policies.DEFAULT);
    advance(Duration.ofMillis(61_001));
    assertRotates(login, 1, Policies.DEFAULT);
    Instant refreshed = clock.instant();
    advanceSeconds(5);
    assertReplays(login, 1, Policies.DEFAULT);
    assertThat(store.find(login.user()))
        .usingRecursiveFieldByFieldElementComparatorIgnoringFields("accessTokens")
        .containsExactly(
            new TokenFamily(
                login.family(),
                Optional.of(login.session()),
                Optional.of(login.client()),
                false,
                2,
                Optional.of(Instant.ofEpochSecond(begin.getEpochSecond())),
                refreshed,
                false,
                new AccessTokens(login.family(), 1, 2, 1, 1, inSeconds(300), "onrtac", "onrtrt"),
                Optional.empty()));
  }

  @Test
  void givenAnOfflineFamily_whenItIsFound_thenThatIsTold() {
    assertRotates(login.offline(), 0, Policies.DEFAULT);
    assertThat(store.find(login.user())).singleElement().matches(TokenFamily::isOffline);
  }

  @Test
  void givenAFamilyRevokedBeforeItsFirstRefresh_whenItIsFound_thenLittleIsKnown() {
    store.revoke(Revocations.ofFamily(login.user(), login.family(), inSeconds(60)));
    assertThat(store.find(login.user()))
        .usingRecursiveFieldByFieldElementComparatorIgnoringFields("accessTokens")
        .containsExactly(
            new TokenFamily(
                login.family(),
                Optional.empty(),
                Optional.empty(),
                false,
                0,
                Optional.empty(),
                clock.instant(),
                true,
                new AccessTokens(login.family(), 1, 0, 1, 0, clock.second(), "", ""),
                Optional.empty()));
  }

  @Test
  void givenMarks_whenFamiliesAreFound_thenThoseThatTheyCoverAreRevoked() {
    Login elsewhere = login.asFamily("elsewhere").inSession("elsewhere", login.started());
    Login otherClient = elsewhere.asFamily("other client").atClient("c2", login.started());
    Login offline = login.asFamily("offline").offline();
    for (Login each : List.of(login, elsewhere, otherClient, offline)) {
      store.begin(each.begin(clock), Policies.DEFAULT);
    }
    assertThat(revokedFamilies()).isEmpty();
    advanceSeconds(1);
    store.revoke(
        Revocations.ofSession(
            login.user(), Revocations.online(login.session()), clock.second(), inSeconds(600)));
    assertThat(revokedFamilies()).containsExactly(login.family());
    store.revoke(
        Revocations.ofClient(login.user(), "c2", List.of(), clock.second(), inSeconds(600)));
    assertThat(revokedFamilies()).containsExactlyInAnyOrder(login.family(), "other client");
    store.revoke(Revocations.ofUser(login.user(), List.of(), clock.second(), inSeconds(600)));
    assertThat(revokedFamilies()).hasSize(4);
  }

  private List<String> revokedFamilies() {
    return store.find(login.user()).stream()
        .filter(TokenFamily::isRevoked)
        .map(TokenFamily::id)
        .toList();
  }

  @Test
  void givenExpiredAccessTokens_whenAFamilyIsFound_thenItHasNone() {
    store.begin(login.begin(clock), Policies.DEFAULT);
    refresh(login, 0, 3, Policies.DEFAULT);
    assertThat(store.find(login.user()).get(0).accessTokens().ids()).hasSize(5);
    advanceSeconds(301);
    assertThat(store.find(login.user()).get(0).accessTokens().isEmpty()).isTrue();
  }

  @Test
  void givenAFamilyByTokenExchange_whenItIsFound_thenItTellsItsParent() {
    String tag = new TokenPosition(login.family(), 0).tag();
    Login child = login.asFamily("child");
    store.begin(Login.exchangedFor(child.begin(clock), tag), Policies.DEFAULT);
    assertRotates(child, 0, Policies.DEFAULT);
    RotationRequest unrecorded = login.asFamily("unrecorded").refresh(0, clock);
    store.rotate(Login.exchangedFor(unrecorded, tag), Policies.DEFAULT, it -> false);
    assertThat(store.find(login.user()))
        .hasSize(2)
        .allSatisfy(it -> assertThat(it.parentTag()).contains(tag));
  }

  @Test
  void givenManyFamilies_whenTheyAreFound_thenAllAre() {
    List<String> ids = IntStream.range(0, 1_200).mapToObj(it -> "family " + it).toList();
    ids.forEach(id -> store.begin(login.asFamily(id).begin(clock), WITHOUT_LIMIT));
    assertThat(store.find(login.user()))
        .extracting(TokenFamily::id)
        .containsExactlyInAnyOrderElementsOf(ids);
  }

  @Test
  void whenTokensAreExchanged_thenEachIsNamedUntilItHasExpired() {
    String tag = new TokenPosition(login.family(), 0).tag();
    long first = store.recordExchange(login.user(), tag, "onrtte", inSeconds(300));
    long second = store.recordExchange(login.user(), tag, "onrtte", inSeconds(300));
    long other = store.recordExchange(login.user(), tag, "trrtte", inSeconds(60));
    assertThat(store.exchanged(login.user(), tag))
        .containsExactlyInAnyOrder(
            TokenPosition.exchangedTokenId(tag, "onrtte", first),
            TokenPosition.exchangedTokenId(tag, "onrtte", second),
            TokenPosition.exchangedTokenId(tag, "trrtte", other));
    assertThat(store.exchanged(login.user(), new TokenPosition("other", 0).tag())).isEmpty();
    assertThat(store.exchanged("another user", tag)).isEmpty();
    advanceSeconds(301);
    assertThat(store.exchanged(login.user(), tag)).isEmpty();
    assertThat(store.recordExchange(login.user(), tag, "onrtte", inSeconds(300))).isEqualTo(3);
  }

  @Test
  void givenTokensExchangedForHours_whenTheyAreNamed_thenFewHaveExpired() {
    String tag = new TokenPosition(login.family(), 0).tag();
    for (int minute = 0; minute < 200; minute++) {
      store.recordExchange(login.user(), tag, "onrtte", inSeconds(300));
      advanceSeconds(60);
    }
    assertThat(store.exchanged(login.user(), tag)).hasSizeBetween(5, 2 * 6);
  }

  @Test
  void givenSeveralUsersAndRevokedSessions_whenOneIsFound_thenOnlyTheirFamiliesAre() {
    assertRotates(login, 0, Policies.DEFAULT);
    assertRotates(login.asFamily("second"), 0, Policies.DEFAULT);
    assertRotates(login.ofUser("another user").asFamily("third"), 0, Policies.DEFAULT);
    store.revoke(
        Revocations.ofSession(
            login.user(), Revocations.both(login.session()), clock.second(), inSeconds(60)));
    store.revoke(Revocations.ofUser(login.user(), List.of(), clock.second(), inSeconds(60)));
    assertThat(store.find(login.user()))
        .extracting(TokenFamily::id)
        .containsExactlyInAnyOrder(login.family(), "second");
  }

  @Test
  void givenAFamilyThatNobodyCanUseAnyMore_whenItIsFound_thenItIsGone() {
    Login lasting = login.asFamily("lasting");
    store.revoke(Revocations.ofFamily(login.user(), login.family(), inSeconds(60)));
    assertRotates(lasting, 0, Policies.DEFAULT);
    advanceSeconds(60);
    assertThat(store.find(login.user())).hasSize(2);
    advanceSeconds(1);
    assertThat(store.find(login.user())).extracting(TokenFamily::id).containsExactly("lasting");
  }
}
