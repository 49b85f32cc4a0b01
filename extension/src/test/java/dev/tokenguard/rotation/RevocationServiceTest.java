package dev.tokenguard.rotation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tokenguard.revocation.Revocation;
import dev.tokenguard.revocation.RevocationTarget.ClientSession;
import dev.tokenguard.revocation.Revocations;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;

/** A revocation names the access tokens of all that it revokes, and of nothing else. */
final class RevocationServiceTest {

  private final TestClock clock = TestClock.started();
  private final FamilyStore store = new InMemoryFamilyStore(clock);
  private final RevocationService service = new RevocationService(store);

  private final Login login = Login.at(clock);
  private final Login otherTab = login.asFamily("other tab");
  private final Login otherClient = login.asFamily("other client").atClient("c2", clock.second());
  private final Login otherSession = login.asFamily("elsewhere").inSession("s2", clock.second());
  private final Login otherUser = login.asFamily("bob's").ofUser("bob");

  RevocationServiceTest() {
    List.of(login, otherTab, otherClient, otherSession, otherUser).forEach(this::refresh);
  }

  private void refresh(Login each) {
    store.rotate(each.refresh(0, clock), Policies.DEFAULT, it -> false);
  }

  @Test
  void given_a_client_session_then_its_families_are_named_also_when_it_is_repeated() {
    for (int time = 0; time < 2; time++) {
      assertThat(named(clientSession(1), family -> false))
          .containsExactlyInAnyOrder(login.family(), "other tab");
    }
  }

  @Test
  void given_a_client_then_the_families_in_all_sessions_are_named() {
    assertThat(named(client(login.client(), 1), family -> false))
        .containsExactlyInAnyOrder(login.family(), "other tab", "elsewhere");
  }

  @Test
  void given_families_of_the_very_second_then_those_whose_client_session_is_gone_are_named() {
    assertThat(named(clientSession(0), family -> false)).isEmpty();
    assertThat(named(client(login.client(), 0), family -> false)).isEmpty();
    assertThat(named(client(login.client(), 0), family -> family.id().equals("other tab")))
        .containsExactly("other tab");
    // It is revoked by now, and named again.
    assertThat(named(clientSession(0), family -> true))
        .containsExactlyInAnyOrder(login.family(), "other tab");
  }

  @Test
  void given_other_families_then_nobody_is_asked_whether_they_are_gone() {
    List<String> asked = new ArrayList<>();
    assertThat(named(client("c2", 0), family -> asked.add(family.id())))
        .containsExactly("other client");
    assertThat(asked).containsExactly("other client");
  }

  /** Its record has neither session nor client. */
  @Test
  void given_a_family_that_was_never_refreshed_then_it_is_not_named() {
    service.mark(Revocations.ofFamily("carol", "never refreshed", remembered()));
    Revocation client =
        Revocations.ofClient("carol", "c2", List.of(), clock.second(), remembered());
    assertThat(named(client, family -> true)).isEmpty();
  }

  @Test
  void given_families_by_their_ids_then_they_are_named_once_with_the_others() {
    assertThat(
            named(
                Revocations.ofFamilies(
                    login.user(), List.of("other tab", "unknown"), 0, remembered()),
                family -> true))
        .containsExactly("other tab");
    Revocation both =
        Revocations.ofClientSessions(
            login.user(),
            List.of(new ClientSession(login.session(), login.client())),
            List.of(login.family()),
            clock.second() + 1,
            remembered());
    assertThat(named(both, family -> true)).containsExactly(login.family(), "other tab");
  }

  /** Resource servers know their access tokens by {@code sid} and {@code sub}. */
  @Test
  void given_a_session_or_a_user_then_no_access_token_is_named() {
    Revocation session =
        Revocations.ofSession(
            login.user(), Revocations.both(login.session()), clock.second(), remembered());
    Revocation user = Revocations.ofUser(login.user(), List.of(), clock.second(), remembered());
    assertThat(named(session, family -> true)).isEmpty();
    assertThat(named(user, family -> true)).isEmpty();
  }

  @Test
  void given_more_families_than_a_page_holds_then_they_are_handed_on_by_pages() {
    for (int number = 0; number < 2 * RevocationService.PAGE + 7; number++) {
      refresh(login.asFamily("family " + number));
    }
    List<Integer> pages = new ArrayList<>();

    service.mark(clientSession(1)).name(family -> false, page -> pages.add(page.size()));
    assertThat(pages).containsExactly(RevocationService.PAGE, RevocationService.PAGE, 9);

    pages.clear();
    service.mark(clientSession(0)).name(family -> true, page -> pages.add(page.size()));
    assertThat(pages).containsExactly(RevocationService.PAGE, RevocationService.PAGE, 9);
  }

  @Test
  void given_expired_access_tokens_then_they_are_not_named() {
    clock.advance(Duration.ofSeconds(Login.ACCESS_TOKEN_LIFESPAN + 1));
    assertThat(named(clientSession(1), family -> false)).isEmpty();
  }

  private Revocation clientSession(long later) {
    List<ClientSession> clientSession = List.of(new ClientSession(login.session(), login.client()));
    return Revocations.ofClientSessions(
        login.user(), clientSession, List.of(), clock.second() + later, remembered());
  }

  private Revocation client(String client, long later) {
    return Revocations.ofClient(
        login.user(), client, List.of(), clock.second() + later, remembered());
  }

  private List<String> named(Revocation revocation, Predicate<TokenFamily> isGone) {
    List<String> named = new ArrayList<>();
    service
        .mark(revocation)
        .name(isGone, page -> page.forEach(tokens -> named.add(tokens.family())));
    return named;
  }

  private long remembered() {
    return clock.second() + Login.REMEMBERED;
  }
}
