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

/** A revocation names the access tokens of all that it ends, and of nothing else. */
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
    for (Login each : List.of(login, otherTab, otherClient, otherSession, otherUser)) {
      store.rotate(each.refresh(0, clock), Policies.DEFAULT, it -> false);
    }
  }

  @Test
  void whenAClientSessionEnds_thenThoseAtThatClientInThatSessionAre() {
    assertThat(familiesOf(clientSession())).containsExactlyInAnyOrder(login.family(), "other tab");
  }

  @Test
  void whenAUserLosesAClient_thenTheFamiliesThereAreInWhateverSession() {
    Revocation client =
        Revocations.ofClient(
            login.user(), login.client(), List.of(), clock.second() + 1, remembered());

    assertThat(familiesOf(client))
        .containsExactlyInAnyOrder(login.family(), "other tab", "elsewhere");
  }

  @Test
  void whenFamiliesAtAClientBeganInThatVerySecond_thenThoseWhoseClientSessionIsGoneAre() {
    Revocation client =
        Revocations.ofClient(login.user(), login.client(), List.of(), clock.second(), remembered());

    assertThat(familiesOf(client)).isEmpty();
    assertThat(familiesOf(client, family -> family.id().equals("other tab")))
        .containsExactly("other tab");
  }

  @Test
  void whenAClientSessionBeganInThatVerySecond_thenItsFamiliesAreIfItIsGone() {
    Revocation now =
        Revocations.ofClientSessions(
            login.user(),
            List.of(new ClientSession(login.session(), login.client())),
            List.of(),
            clock.second(),
            remembered());

    assertThat(familiesOf(now)).isEmpty();
    assertThat(familiesOf(now, family -> true))
        .containsExactlyInAnyOrder(login.family(), "other tab");
  }

  @Test
  void whenAllIsGone_thenWhatTheRevocationDoesNotCoverStillIsNot() {
    List<String> asked = new ArrayList<>();
    Revocation client =
        Revocations.ofClient(login.user(), "c2", List.of("s2"), clock.second(), remembered());

    assertThat(familiesOf(client, family -> asked.add(family.id())))
        .containsExactly("other client");
    assertThat(asked).containsExactly("other client");
  }

  /** Its record has neither session nor client. */
  @Test
  void givenAFamilyThatWasNeverRefreshed_whenAllEnds_thenItHasNoSessionToTell() {
    service.mark(Revocations.ofFamily("carol", "never refreshed", remembered()));
    Revocation client =
        Revocations.ofClient("carol", "c2", List.of(), clock.second(), remembered());

    assertThat(familiesOf(client, family -> true)).isEmpty();
  }

  @Test
  void whenARevocationIsRepeated_thenTheSameAreNamedAgain() {
    List<String> first = familiesOf(clientSession());

    assertThat(familiesOf(clientSession())).containsExactlyInAnyOrderElementsOf(first);
  }

  @Test
  void whenNothingWasEverRefreshed_thenNothingIsNamed() {
    assertThat(
            familiesOf(
                Revocations.ofSession(
                    "nobody", Revocations.both("s1"), clock.second(), remembered())))
        .isEmpty();
  }

  /** By sid and sub, resource servers know their access tokens. */
  @Test
  void whenSessionsOrTheUserAreRevoked_thenNothingIsEnumerated() {
    RevocationService unlisted = new RevocationService(OneAnswerStore.away());
    Revocation session =
        Revocations.ofSession(
            login.user(), Revocations.both(login.session()), clock.second(), remembered());
    Revocation user = Revocations.ofUser(login.user(), List.of(), clock.second(), remembered());
    for (Revocation each : List.of(session, user)) {
      unlisted.name(
          each,
          family -> true,
          page -> {
            throw new AssertionError("named " + page);
          });
    }
  }

  @Test
  void givenMoreFamiliesThanAPageHolds_whenTheClientIsRevoked_thenTheyAreHandedOnByPages() {
    for (int number = 0; number < 2 * RevocationService.PAGE + 7; number++) {
      RotationRequest each = login.asFamily("family " + number).refresh(0, clock);
      store.rotate(each, Policies.DEFAULT, it -> false);
    }
    List<Integer> pages = new ArrayList<>();

    service.name(clientSession(), family -> false, page -> pages.add(page.size()));

    assertThat(pages).containsExactly(RevocationService.PAGE, RevocationService.PAGE, 9);
  }

  @Test
  void givenExpiredAccessTokens_whenTheClientSessionIsRevoked_thenTheyAreNotNamed() {
    clock.advance(Duration.ofSeconds(Login.ACCESS_TOKEN_LIFESPAN + 1));

    assertThat(familiesOf(clientSession())).isEmpty();
  }

  private Revocation clientSession() {
    return Revocations.ofClientSessions(
        login.user(),
        List.of(new ClientSession(login.session(), login.client())),
        List.of(),
        clock.second() + 1,
        remembered());
  }

  private List<String> familiesOf(Revocation revocation) {
    return familiesOf(revocation, family -> false);
  }

  private List<String> familiesOf(Revocation revocation, Predicate<TokenFamily> isGone) {
    service.mark(revocation);
    List<String> named = new ArrayList<>();
    service.name(revocation, isGone, page -> page.forEach(tokens -> named.add(tokens.family())));
    return named;
  }

  private long remembered() {
    return clock.second() + Login.REMEMBERED;
  }
}
