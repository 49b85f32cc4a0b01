package dev.tokenguard.rotation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import dev.tokenguard.revocation.Revocation;
import dev.tokenguard.revocation.RevocationScope;
import dev.tokenguard.revocation.RevocationTarget;
import dev.tokenguard.revocation.RevocationTarget.ClientSession;
import dev.tokenguard.revocation.RevocationTarget.SessionKind;
import dev.tokenguard.revocation.Revocations;
import dev.tokenguard.rotation.TokenFamily.AccessTokens;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What a revocation revokes, and what it does not. */
abstract class RevocationRules extends StoreRules {

  private static final RotationPolicy POLICY = Policies.DEFAULT;

  RevocationRules(Function<TestClock, FamilyStore> opening) {
    super(opening);
  }

  private long retained() {
    return inSeconds(Login.REMEMBERED);
  }

  private List<AccessTokens> revokeFamilies(String... families) {
    return store.revoke(Revocations.ofFamilies(login.user(), List.of(families), 0, retained()));
  }

  private void revokeSession(SessionKind kind) {
    RevocationTarget.Session session = new RevocationTarget.Session(login.session(), kind);
    store.revoke(Revocations.ofSession(login.user(), session, clock.second(), retained()));
  }

  private void revokeClientSession(String... families) {
    store.revoke(
        Revocations.ofClientSessions(
            login.user(),
            List.of(new ClientSession(login.session(), login.client())),
            List.of(families),
            clock.second(),
            retained()));
  }

  private void revokeUser(long before, String... sessions) {
    store.revoke(Revocations.ofUser(login.user(), List.of(sessions), before, retained()));
  }

  @Test
  void given_a_revoked_family_then_all_its_tokens_are_refused_and_no_others() {
    Login other = login.asFamily("another");
    refresh(login, 0, 1, POLICY);
    assertRotates(other, 0, POLICY);
    revokeFamilies(login.family());
    for (long generation = 0; generation <= 3; generation++) {
      assertRevoked(login, generation, RevocationScope.FAMILY);
    }
    assertRotates(other, 1, POLICY);
  }

  @Test
  void given_a_family_that_is_revoked_before_its_first_refresh_then_that_is_refused() {
    assertThat(revokeFamilies(login.family())).isEmpty();
    assertRevoked(login, 0, RevocationScope.FAMILY);
    assertRevoked(login, 1, RevocationScope.FAMILY);
  }

  /** The caller may have missed the first answer, by a time-out. */
  @Test
  void given_revoked_families_then_the_access_tokens_of_known_ones_are_named_each_time() {
    refresh(login, 0, 2, POLICY);
    assertRotates(login.asFamily("second"), 4, POLICY);
    for (int time = 0; time < 2; time++) {
      assertThat(revokeFamilies("unknown " + time, "second", login.family()))
          .extracting(AccessTokens::family, AccessTokens::last)
          .containsExactlyInAnyOrder(tuple("second", 5L), tuple(login.family(), 3L));
    }
  }

  @Test
  void given_a_revocation_that_is_retained_for_longer_than_the_tokens_then_it_stays() {
    assertRotates(login, 0, POLICY);
    long until = inSeconds(Login.REMEMBERED + 5_000);
    store.revoke(Revocations.ofFamily(login.user(), login.family(), until));
    advanceSeconds(Login.REMEMBERED + 4_999);
    assertThat(store.find(login.user())).singleElement().matches(TokenFamily::isRevoked);
    assertRevoked(login, 1, RevocationScope.FAMILY);
  }

  @Test
  void given_a_revoked_session_then_its_families_are_refused_without_a_reuse() {
    Login atAnotherClient = login.asFamily("another").atClient("another client", clock.second());
    Login inAnotherSession = login.asFamily("elsewhere").inSession("elsewhere", clock.second());
    refresh(login, 0, 3, POLICY);
    revokeSession(SessionKind.BOTH);
    assertRevoked(login, 4, RevocationScope.SESSION);
    assertRevoked(login, 0, RevocationScope.SESSION);
    assertRevoked(atAnotherClient, 0, RevocationScope.SESSION);
    assertRotates(inAnotherSession, 0, POLICY);
  }

  @Test
  void given_a_revoked_online_or_offline_session_then_the_other_of_its_id_works() {
    Login offline = login.asFamily("offline").offline();
    revokeSession(SessionKind.ONLINE);
    assertRotates(offline, 0, POLICY);
    assertRevoked(login, 0, RevocationScope.SESSION);
    revokeSession(SessionKind.OFFLINE);
    assertRevoked(offline, 1, RevocationScope.SESSION);
  }

  @Test
  void given_a_revoked_offline_session_then_the_online_one_of_its_id_works() {
    revokeSession(SessionKind.OFFLINE);
    assertRotates(login, 0, POLICY);
  }

  @Test
  void given_a_revoked_client_session_then_other_clients_sessions_and_later_logins_work() {
    Login atAnotherClient = login.asFamily("2").atClient("another client", clock.second());
    Login inAnotherSession = login.asFamily("3").inSession("elsewhere", clock.second());
    refresh(login, 0, 1, POLICY);
    advanceSeconds(1);
    revokeClientSession();
    Login again = login.asFamily("again").atClient(login.client(), clock.second());
    assertRevoked(login, 2, RevocationScope.CLIENT_SESSION);
    assertRevoked(login.asFamily("4"), 0, RevocationScope.CLIENT_SESSION);
    for (Login other : List.of(atAnotherClient, inAnotherSession, again)) {
      assertRotates(other, 0, POLICY);
    }
    advanceSeconds(1);
    revokeClientSession();
    assertRevoked(again, 1, RevocationScope.CLIENT_SESSION);
  }

  @Test
  void given_families_of_a_revoked_client_session_then_they_are_refused_from_that_second_on() {
    revokeClientSession(login.family());
    assertRevoked(login, 0, RevocationScope.FAMILY);
    assertRotates(login.asFamily("the next login"), 0, POLICY);
  }

  @Test
  void given_a_revoked_client_then_what_began_there_before_is_refused_in_all_sessions() {
    advanceSeconds(10);
    Login elsewhere = login.asFamily("elsewhere").inSession("elsewhere", clock.second());
    Login otherClient = login.asFamily("other").atClient("another client", login.started());
    Login again = login.asFamily("again").atClient(login.client(), clock.second());
    Revocation client =
        Revocations.ofClient(login.user(), login.client(), List.of(), clock.second(), retained());
    store.revoke(client);
    assertRevoked(login, 0, RevocationScope.CLIENT_SESSION);
    assertRevoked(elsewhere, 0, RevocationScope.CLIENT_SESSION);
    assertRotates(otherClient, 0, POLICY);
    assertRotates(again, 0, POLICY);
  }

  @Test
  void given_a_revoked_user_then_sessions_that_began_before_that_second_are_refused() {
    long before = clock.second();
    revokeUser(before, "named");
    assertRevoked(login.inSession("before", before - 1), 0, RevocationScope.USER);
    assertRotates(login.inSession("in", before), 0, POLICY);
    assertRevoked(login.asFamily("2").inSession("named", before), 0, RevocationScope.SESSION);
    assertRotates(login.asFamily("3").inSession("named", before + 1), 0, POLICY);
    assertRotates(login.ofUser("another user").inSession("named", before), 0, POLICY);
  }

  /** The clock of a node may be set back; a retry may come late. */
  @Test
  void given_several_cutoffs_then_the_latest_stays() {
    long before = clock.second();
    revokeUser(before);
    revokeUser(before - 100);
    assertRevoked(login.inSession("before", before - 1), 0, RevocationScope.USER);
    revokeUser(before + 100);
    assertRevoked(login.inSession("later", before + 99), 0, RevocationScope.USER);
    advanceSeconds(1_000);
    revokeClientSession();
    advanceSeconds(-50);
    revokeClientSession();
    Login between = login.inSession(login.session(), clock.second());
    assertRevoked(
        between.atClient(login.client(), clock.second() + 10), 0, RevocationScope.CLIENT_SESSION);
  }

  @Test
  void given_several_revocations_then_the_narrowest_is_named() {
    advanceSeconds(1);
    revokeUser(clock.second());
    assertRevoked(login, 0, RevocationScope.USER);
    revokeClientSession();
    assertRevoked(login, 0, RevocationScope.CLIENT_SESSION);
    revokeSession(SessionKind.BOTH);
    assertRevoked(login, 0, RevocationScope.SESSION);
    revokeFamilies(login.family());
    assertRevoked(login, 0, RevocationScope.FAMILY);
  }

  /** A retry, or a restart that finds what was delivered before. */
  @Test
  void given_a_login_after_a_revocation_when_that_is_applied_again_then_the_login_works() {
    long decided = clock.second();
    advanceSeconds(1);
    Login again =
        login
            .asFamily("again")
            .inSession(login.session(), clock.second())
            .atClient(login.client(), clock.second());
    assertThat(store.begin(again.begin(clock), POLICY)).isEmpty();
    List<String> sessions = List.of(login.session());
    for (int time = 0; time < 3; time++) {
      store.revoke(
          Revocations.ofClient(login.user(), login.client(), sessions, decided, retained()));
      store.revoke(Revocations.ofUser(login.user(), sessions, decided, retained()));
      advanceSeconds(3_600);
      refresh(again, 2 * time, 2 * time + 1, POLICY);
    }
    assertRevoked(login, 0, RevocationScope.SESSION);
  }

  @Test
  void given_more_than_one_step_holds_then_all_of_it_is_revoked() {
    int many = 2 * FamilyStore.REVOKED_PER_STEP + 7;
    String[] families =
        IntStream.range(0, many).mapToObj(it -> "family " + it).toArray(String[]::new);
    List<RevocationTarget.Session> sessions =
        IntStream.range(0, many).mapToObj(it -> Revocations.online("session " + it)).toList();
    for (int each : List.of(0, 500, many - 1)) {
      assertRotates(login.asFamily(families[each]), 0, POLICY);
    }
    store.revoke(Revocations.ofSessions(login.user(), sessions, clock.second(), retained()));
    assertThat(revokeFamilies(families))
        .extracting(AccessTokens::family)
        .containsExactlyInAnyOrder("family 0", "family 500", "family " + (many - 1));
    for (int each : List.of(0, 499, 500, 999, 1_000, many - 1)) {
      assertRevoked(login.asFamily("family " + each), 1, RevocationScope.FAMILY);
      Login other = login.asFamily("other").inSession("session " + each, login.started());
      assertRevoked(other, 0, RevocationScope.SESSION);
    }
  }

  @Test
  void given_a_revocation_that_lists_then_the_families_are_as_they_are_afterwards() {
    for (int number = 0; number < 700; number++) {
      refresh(login.asFamily("family " + number), 0, 0, POLICY);
    }
    advanceSeconds(1);
    List<TokenFamily> listed = new ArrayList<>();
    FamilyStore.RevokedFamilies revoked =
        store.revokeAndFind(
            Revocations.ofClient(
                login.user(), login.client(), List.of(), clock.second(), retained()));
    revoked.families().accept(listed::add);
    assertThat(listed).extracting(TokenFamily::id).contains("family 0", "family 699");
    assertThat(listed).hasSizeGreaterThanOrEqualTo(700).allMatch(TokenFamily::isRevoked);
    assertThat(revoked.accessTokens()).isEmpty();
  }

  @Test
  void given_nothing_to_revoke_then_nothing_is_revoked() {
    assertRotates(login, 0, POLICY);
    revokeUser(0);
    assertRotates(login, 1, POLICY);
  }
}
