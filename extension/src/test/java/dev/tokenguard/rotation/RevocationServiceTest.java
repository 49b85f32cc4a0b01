package dev.tokenguard.rotation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tokenguard.rotation.Revocation.ClientSession;
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
      store.rotate(each.refresh(0, clock), Policies.DEFAULT, () -> false);
    }
  }

  @Test
  void whenASessionEnds_thenTheAccessTokensOfAllItsFamiliesAreNamed() {
    assertThat(familiesOf(Revocation.ofSession(login.user(), login.session(), remembered())))
        .containsExactlyInAnyOrder(login.family(), "other tab", "other client");
  }

  @Test
  void whenAClientSessionEnds_thenThoseAtThatClientInThatSessionAre() {
    assertThat(familiesOf(clientSession())).containsExactlyInAnyOrder(login.family(), "other tab");
  }

  @Test
  void whenAUserIsCutOff_thenThoseFromBeforeAndThoseOfTheNamedSessionsAre() {
    clock.advance(Duration.ofSeconds(10));
    long cutOff = clock.second();
    store.rotate(
        login.asFamily("later").inSession("s3", cutOff).refresh(0, clock),
        Policies.DEFAULT,
        () -> false);
    store.rotate(
        login.asFamily("named").inSession("s4", cutOff).refresh(0, clock),
        Policies.DEFAULT,
        () -> false);

    Revocation all = Revocation.ofUser(login.user(), List.of("s4"), cutOff, remembered());

    assertThat(familiesOf(all))
        .containsExactlyInAnyOrder(
            login.family(), "other tab", "other client", "elsewhere", "named");
  }

  @Test
  void whenAUserLosesAClient_thenTheFamiliesThereAreInWhateverSession() {
    Revocation client =
        Revocation.ofClient(
            login.user(), login.client(), List.of(), clock.second() + 1, remembered());

    assertThat(familiesOf(client))
        .containsExactlyInAnyOrder(login.family(), "other tab", "elsewhere");
  }

  @Test
  void whenFamiliesBeganInThatVerySecond_thenThoseWhoseSessionIsGoneAre() {
    Revocation all = Revocation.ofUser(login.user(), List.of(), clock.second(), remembered());

    assertThat(familiesOf(all, family -> family.id().equals("elsewhere")))
        .containsExactly("elsewhere");
  }

  @Test
  void whenFamiliesAtAClientBeganInThatVerySecond_thenThoseWhoseClientSessionIsGoneAre() {
    Revocation client =
        Revocation.ofClient(login.user(), login.client(), List.of(), clock.second(), remembered());

    assertThat(familiesOf(client)).isEmpty();
    assertThat(familiesOf(client, family -> family.id().equals("other tab")))
        .containsExactly("other tab");
  }

  @Test
  void whenAClientSessionBeganInThatVerySecond_thenItsFamiliesAreIfItIsGone() {
    Revocation now =
        Revocation.ofClientSessions(
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
        Revocation.ofClient(
            login.user(),
            "c2",
            List.of(new ClientSession("s2", login.client())),
            clock.second(),
            remembered());

    assertThat(familiesOf(client, family -> asked.add(family.id())))
        .containsExactlyInAnyOrder("other client", "elsewhere");
    assertThat(asked).containsExactlyInAnyOrder("other client", "elsewhere");
  }

  @Test
  void whenASessionIsNamed_thenItsFamiliesAreWithoutAQuestion() {
    Revocation session = Revocation.ofSession(login.user(), login.session(), remembered());

    assertThat(
            familiesOf(
                session,
                family -> {
                  throw new AssertionError("asked about " + family.id());
                }))
        .containsExactlyInAnyOrder(login.family(), "other tab", "other client");
  }

  /** Its record has neither session nor client. */
  @Test
  void givenAFamilyThatWasNeverRefreshed_whenAllEnds_thenItHasNoSessionToTell() {
    service.mark(Revocation.ofFamily("carol", "never refreshed", remembered()));
    Revocation all = Revocation.ofUser("carol", List.of(), clock.second(), remembered());
    Revocation client = Revocation.ofClient("carol", "c2", List.of(), clock.second(), remembered());

    assertThat(service.name(all, family -> true).sessions()).isEmpty();
    assertThat(familiesOf(client, family -> true)).isEmpty();
  }

  @Test
  void whenFamiliesEnd_thenTheirSessionsAreTold() {
    Revocation all = Revocation.ofUser(login.user(), List.of(), clock.second() + 1, remembered());

    assertThat(service.name(all, family -> false).sessions())
        .containsExactlyInAnyOrder(login.session(), "s2");
  }

  @Test
  void whenARevocationIsRepeated_thenTheSameAreNamedAgain() {
    List<String> first = familiesOf(clientSession());

    assertThat(familiesOf(clientSession())).containsExactlyInAnyOrderElementsOf(first);
  }

  @Test
  void whenNothingWasEverRefreshed_thenNothingIsNamed() {
    assertThat(familiesOf(Revocation.ofSession("nobody", "s1", remembered()))).isEmpty();
  }

  private Revocation clientSession() {
    return Revocation.ofClientSessions(
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
    return service.name(revocation, isGone).accessTokens().stream()
        .map(AccessTokens::family)
        .toList();
  }

  private long remembered() {
    return clock.second() + Login.REMEMBERED;
  }
}
