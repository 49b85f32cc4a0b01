package dev.tokenguard.rotation.contract;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tokenguard.revocation.Revocation;
import dev.tokenguard.revocation.RevocationScope;
import dev.tokenguard.revocation.RevocationTarget.Client;
import dev.tokenguard.revocation.RevocationTarget.Families;
import dev.tokenguard.revocation.RevocationTarget.Session;
import dev.tokenguard.revocation.RevocationTarget.SessionKind;
import dev.tokenguard.revocation.RevocationTarget.Sessions;
import dev.tokenguard.rotation.FamilyStore;
import dev.tokenguard.rotation.Login;
import dev.tokenguard.rotation.Policies;
import dev.tokenguard.rotation.RefreshDecision.Replayed;
import dev.tokenguard.rotation.RotationPolicy;
import dev.tokenguard.rotation.RotationRequest;
import dev.tokenguard.rotation.TestClock;
import dev.tokenguard.rotation.TokenFamily;
import dev.tokenguard.rotation.TokenFamily.AccessTokens;
import dev.tokenguard.rotation.TokenPosition;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the store records of families and of exchanged tokens, also of many. */
abstract class RecordRules extends StoreRules {

  private static final RotationPolicy WITHOUT_LIMIT =
      Policies.with("max-families-per-user-and-client", 0);

  private static final AccessTokens NONE = new AccessTokens("", 1, 0, 1, 0, 0, "", "");

  private final String tag = new TokenPosition(login.family(), 0).tag();

  RecordRules(Function<TestClock, FamilyStore> opening) {
    super(opening);
  }

  private void assertFound(TokenFamily expected) {
    assertThat(store.find(login.user()))
        .usingRecursiveFieldByFieldElementComparatorIgnoringFields("accessTokens")
        .containsExactly(expected);
  }

  @ParameterizedTest
  @CsvSource({"false, false", "false, true", "true, false", "true, true"})
  void given_a_login_or_refreshes_without_one_then_the_record_is_complete(
      boolean isOffline, boolean isLogin) {
    Login one = isOffline ? login.offline() : login;
    Instant created = Instant.ofEpochSecond(clock.second());
    Instant refreshed = clock.instant();
    if (isLogin) {
      begin(one);
    } else {
      rotate(one, 0);
      clock.advance(Duration.ofMillis(310_001));
      rotate(one, 1);
      refreshed = clock.instant();
      advanceSeconds(5);
      present(one, 1, Policies.DEFAULT, Replayed.class);
    }
    assertFound(
        new TokenFamily(
            login.family(),
            Optional.of(login.session()),
            Optional.of(login.client()),
            isOffline,
            isLogin ? 0 : 2,
            Optional.of(created),
            refreshed,
            false,
            NONE,
            Optional.empty()));
  }

  @Test
  void given_a_family_that_was_revoked_before_its_login_then_its_record_has_no_session() {
    revoke(new Families(login.user(), List.of(login.family())));
    assertFound(
        new TokenFamily(
            login.family(),
            Optional.empty(),
            Optional.empty(),
            false,
            0,
            Optional.empty(),
            clock.instant(),
            true,
            NONE,
            Optional.empty()));
    assertThat(store.find(login.user()).get(0).accessTokens().ids()).isEmpty();
  }

  @Test
  void given_expired_access_tokens_then_the_record_has_none() {
    begin(login);
    rotate(login, 0, 3);
    assertThat(store.find(login.user()).get(0).accessTokens().ids()).hasSize(5);
    advanceSeconds(301);
    assertThat(store.find(login.user()).get(0).accessTokens().isEmpty()).isTrue();
  }

  @Test
  void given_families_by_token_exchange_then_their_records_have_the_tag_of_the_parent() {
    Login exchanged = login.asFamily("exchanged");
    store.begin(Login.exchangedFor(exchanged.begin(clock), tag), Policies.DEFAULT);
    rotate(exchanged, 0);
    RotationRequest unrecorded = login.asFamily("unrecorded").refresh(0, clock);
    store.rotate(Login.exchangedFor(unrecorded, tag), Policies.DEFAULT, it -> false);
    assertThat(store.find(login.user()))
        .hasSize(2)
        .allSatisfy(it -> assertThat(it.parentTag()).contains(tag));
  }

  @Test
  void given_ids_of_any_characters_then_the_family_is_found_by_them() {
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
    rotate(odd, 0);
  }

  /** What a reuse revokes stays revoked as long as its session can last. */
  @Test
  void given_a_reuse_when_its_record_would_have_expired_then_it_stays_revoked() {
    for (long generation : new long[] {0, 1, 0}) {
      store.rotate(
          Login.retained(login.refresh(generation, clock), inSeconds(60), inSeconds(5_000)),
          Policies.DEFAULT,
          it -> false);
    }
    advanceSeconds(4_000);
    for (int other = 0; other < 50; other++) {
      begin(login.asFamily("other " + other));
    }
    assertRevoked(login, 2, RevocationScope.FAMILY);
  }

  @Test
  void given_many_families_when_the_client_is_revoked_then_each_is_found_as_revoked() {
    List<String> ids = IntStream.range(0, 1_200).mapToObj(it -> "family " + it).toList();
    ids.forEach(id -> store.begin(login.asFamily(id).begin(clock), WITHOUT_LIMIT));
    assertThat(store.find(login.user()))
        .extracting(TokenFamily::id)
        .containsExactlyInAnyOrderElementsOf(ids);
    advanceSeconds(1);
    List<TokenFamily> listed = new ArrayList<>();
    FamilyStore.RevokedFamilies revoked =
        store.revokeAndFind(
            new Revocation(
                new Client(login.user(), login.client(), List.of()),
                clock.second(),
                inSeconds(Login.RETENTION)));
    revoked.families().accept(listed::add);
    assertThat(listed).allMatch(TokenFamily::isRevoked);
    assertThat(listed).extracting(TokenFamily::id).containsAll(ids);
    assertThat(revoked.accessTokens()).isEmpty();
  }

  @Test
  void given_more_marks_than_one_step_holds_then_all_are_recorded() {
    int many = 2 * FamilyStore.REVOKED_PER_STEP + 7;
    List<String> families = IntStream.range(0, many).mapToObj(it -> "family " + it).toList();
    List<Session> sessions =
        IntStream.range(0, many)
            .mapToObj(it -> new Session("session " + it, SessionKind.ONLINE))
            .toList();
    for (int each : List.of(0, 500, many - 1)) {
      rotate(login.asFamily(families.get(each)), 0);
    }
    revoke(new Sessions(login.user(), sessions));
    assertThat(revoke(new Families(login.user(), families)))
        .extracting(AccessTokens::family)
        .containsExactlyInAnyOrder("family 0", "family 500", "family " + (many - 1));
    for (int each : List.of(0, 499, 500, 999, 1_000, many - 1)) {
      assertRevoked(login.asFamily("family " + each), 1, RevocationScope.FAMILY);
      Login other = login.asFamily("other").inSession("session " + each, login.started());
      assertRevoked(other, 0, RevocationScope.SESSION);
    }
  }

  @Test
  void
      given_far_more_families_than_a_lowered_limit_then_each_login_revokes_a_bounded_number_of_the_oldest() {
    for (int number = 0; number < 150; number++) {
      begin(login.asFamily("login " + number));
      clock.advance(Duration.ofMillis(1));
    }
    int most = FamilyStore.CAPPED_PER_LOGIN;
    assertThat(cappedBy("another")).hasSize(most).contains("login 0", "login 63");
    assertThat(cappedBy("one more")).hasSize(most).contains("login 64");
    assertThat(cappedBy("the last")).hasSize(23).contains("login 149");
    assertThat(cappedBy("as ever")).containsExactly("one more");
  }

  private List<String> cappedBy(String name) {
    RotationPolicy two = Policies.with("max-families-per-user-and-client", 2);
    List<AccessTokens> capped = store.begin(login.asFamily(name).begin(clock), two);
    clock.advance(Duration.ofMillis(1));
    return capped.stream().map(AccessTokens::family).toList();
  }

  @Test
  void given_exchanged_tokens_then_each_is_named_until_it_expires() {
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
  void given_exchanges_for_hours_then_few_of_the_named_tokens_have_expired() {
    for (int minute = 0; minute < 200; minute++) {
      store.recordExchange(login.user(), tag, "onrtte", inSeconds(300));
      advanceSeconds(60);
    }
    assertThat(store.exchanged(login.user(), tag)).hasSizeBetween(5, 2 * 6);
  }
}
