package dev.tokenguard.rotation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tokenguard.revocation.Revocation;
import dev.tokenguard.revocation.RevocationTarget;
import dev.tokenguard.revocation.RevocationTarget.Client;
import dev.tokenguard.revocation.RevocationTarget.ClientSession;
import dev.tokenguard.revocation.RevocationTarget.ClientSessions;
import dev.tokenguard.revocation.RevocationTarget.Families;
import dev.tokenguard.revocation.RevocationTarget.SessionKind;
import dev.tokenguard.revocation.RevocationTarget.Sessions;
import dev.tokenguard.revocation.RevocationTarget.User;
import dev.tokenguard.rotation.contract.InMemoryFamilyStore;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;

/** A revocation names the access tokens of all families that it revokes, and of no others. */
final class RevocationServiceTest {

  private final TestClock clock = TestClock.started();
  private final FamilyStore store = new InMemoryFamilyStore(clock);
  private final RevocationService service = new RevocationService(store);

  private final Login login = Login.at(clock);
  private final RevocationTarget client = new Client(login.user(), login.client(), List.of());
  private final RevocationTarget clientSession = clientSession(List.of());

  RevocationServiceTest() {
    refresh(login);
    refresh(login.asFamily("other tab"));
    refresh(login.asFamily("other client").atClient("c2", clock.second()));
    refresh(login.asFamily("elsewhere").inSession("s2", clock.second()));
    refresh(login.asFamily("bob's").ofUser("bob"));
  }

  private void refresh(Login each) {
    store.rotate(each.refresh(0, clock), Policies.DEFAULT, it -> false);
  }

  private RevocationTarget clientSession(List<String> families) {
    ClientSession one = new ClientSession(login.session(), login.client());
    return new ClientSessions(login.user(), List.of(one), families);
  }

  /** A revocation of this second; or of the next one, which covers all families. */
  private Revocation revocation(RevocationTarget target, long later) {
    return new Revocation(target, clock.second() + later, clock.second() + Login.RETENTION);
  }

  private List<String> named(RevocationTarget target, long later, Predicate<TokenFamily> isGone) {
    List<String> named = new ArrayList<>();
    service
        .mark(revocation(target, later))
        .accessTokens(false, isGone, page -> page.forEach(tokens -> named.add(tokens.family())));
    return named;
  }

  @Test
  void given_a_client_session_or_a_client_then_its_families_are_named_also_when_it_is_repeated() {
    for (int time = 0; time < 2; time++) {
      assertThat(named(clientSession, 1, family -> false))
          .containsExactlyInAnyOrder(login.family(), "other tab");
      assertThat(named(client, 1, family -> false))
          .containsExactlyInAnyOrder(login.family(), "other tab", "elsewhere");
    }
  }

  @Test
  void given_families_of_the_same_second_then_those_whose_client_session_is_gone_are_named() {
    assertThat(named(clientSession, 0, family -> false)).isEmpty();
    assertThat(named(client, 0, family -> false)).isEmpty();
    assertThat(named(client, 0, family -> family.id().equals("other tab")))
        .containsExactly("other tab");
    // It is revoked by now, and named again.
    assertThat(named(clientSession, 0, family -> true))
        .containsExactlyInAnyOrder(login.family(), "other tab");
  }

  @Test
  void given_a_removed_client_session_that_a_request_puts_back_then_its_families_are_revoked() {
    List<String> named = new ArrayList<>();
    service
        .mark(revocation(clientSession, 0))
        .accessTokens(
            true, family -> false, page -> page.forEach(each -> named.add(each.family())));

    assertThat(named).containsExactlyInAnyOrder(login.family(), "other tab");
    assertThat(store.rotate(login.refresh(0, clock), Policies.DEFAULT, it -> false))
        .isInstanceOf(RefreshDecision.Revoked.class);
  }

  @Test
  void given_other_families_then_it_is_not_looked_up_whether_they_are_gone() {
    List<String> asked = new ArrayList<>();
    Client other = new Client(login.user(), "c2", List.of());
    assertThat(named(other, 0, family -> asked.add(family.id()))).containsExactly("other client");
    assertThat(asked).containsExactly("other client");
  }

  /** Its record has neither session nor client. */
  @Test
  void given_a_family_that_was_never_refreshed_then_it_is_not_named() {
    service.mark(revocation(new Families("carol", List.of("never refreshed")), 0));
    assertThat(named(new Client("carol", "c2", List.of()), 0, family -> true)).isEmpty();
  }

  @Test
  void given_families_by_their_ids_then_each_is_named_once_with_the_others() {
    Families byId = new Families(login.user(), List.of("other tab", "unknown"));
    assertThat(named(byId, 0, family -> true)).containsExactly("other tab");
    assertThat(named(clientSession(List.of(login.family())), 1, family -> true))
        .containsExactly(login.family(), "other tab");
  }

  /** Resource servers recognize their access tokens by {@code sid} and {@code sub}. */
  @Test
  void given_a_session_or_a_user_then_no_access_token_is_named() {
    Sessions session = Sessions.of(login.user(), login.session(), SessionKind.BOTH);
    assertThat(named(session, 0, family -> true)).isEmpty();
    assertThat(named(new User(login.user()), 0, family -> true)).isEmpty();
  }

  @Test
  void given_more_families_than_a_page_holds_then_they_are_passed_on_by_pages() {
    for (int number = 0; number < 2 * RevocationService.PAGE + 7; number++) {
      refresh(login.asFamily("family " + number));
    }
    for (int later : new int[] {0, 1}) {
      List<Integer> pages = new ArrayList<>();
      service
          .mark(revocation(clientSession, later))
          .accessTokens(false, family -> later == 0, page -> pages.add(page.size()));
      assertThat(pages).containsExactly(RevocationService.PAGE, RevocationService.PAGE, 9);
    }
  }

  @Test
  void given_expired_access_tokens_then_they_are_not_named() {
    RotationRequest expired =
        Login.withAccessToken(
            login.asFamily("expired").refresh(0, clock),
            new RotationRequest.AccessToken(clock.second() - 1, "onrtrt", "onrtac"));
    store.rotate(expired, Policies.DEFAULT, it -> false);
    assertThat(named(clientSession, 0, family -> family.id().equals("expired"))).isEmpty();
    clock.advance(Duration.ofSeconds(Login.ACCESS_TOKEN_LIFESPAN + 1));
    assertThat(named(clientSession, 1, family -> false)).isEmpty();
  }
}
