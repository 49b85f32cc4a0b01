package dev.tokenguard.revocation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tokenguard.rotation.Revocation;
import dev.tokenguard.rotation.Revocation.ClientSession;
import dev.tokenguard.rotation.Revocation.Session;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What waits for Redis can be written down and read again. */
final class PendingRevocationTest {

  private static final String REALM = "0d9b7e64-5a1c-4f0e-8d7b-3c2a1f0e9d8c";
  private static final String USER = "5f0c8b7e-0000-4000-8000-00000000a11c";
  private static final String FEDERATED =
      "f:3d2c1b0a-0000-4000-8000-000000000001:na:me{x} y+z%3A é";
  private static final String ID = "6f1b5a0e-3c7d-4e2a-9b1f-0a2b3c4d5e6f";
  private static final String OTHER_ID = "7d444840-9dc0-41d1-b245-5ffdce74fad2";
  private static final long BEFORE = 1_795_000_000;
  private static final long UNTIL = 1_795_003_600;

  /** The column of Keycloak's database that takes a text. */
  private static final int COLUMN = 255;

  private static PendingRevocation pending(Revocation revocation) {
    return new PendingRevocation(REALM, Reason.CLIENT_SECRET_CHANGED, revocation);
  }

  private static List<ClientSession> clientSession() {
    return List.of(new ClientSession(ID, OTHER_ID));
  }

  /** Everything that one text can say. */
  static Stream<Revocation> parts() {
    return Stream.of(USER, FEDERATED)
        .flatMap(
            user ->
                Stream.of(
                    Revocation.ofFamilies(user, List.of(ID), BEFORE, UNTIL),
                    Revocation.ofClientSessions(user, clientSession(), List.of(), BEFORE, UNTIL),
                    Revocation.ofClient(user, OTHER_ID, List.of(), BEFORE, UNTIL),
                    Revocation.ofSession(user, Session.both(ID), BEFORE, UNTIL),
                    Revocation.ofSession(user, Session.online(ID), BEFORE, UNTIL),
                    Revocation.ofSession(user, Session.offline(ID), BEFORE, UNTIL),
                    Revocation.ofUser(user, List.of(), BEFORE, UNTIL)));
  }

  @ParameterizedTest
  @MethodSource("parts")
  void whenAPartIsWrittenDown_thenOneTextSaysAllOfIt(Revocation revocation) {
    PendingRevocation pending = pending(revocation);
    assertThat(pending.texts()).hasSize(1).allMatch(PendingRevocation::isText);
    assertThat(PendingRevocation.of(pending.texts().get(0))).contains(pending);
  }

  @ParameterizedTest
  @EnumSource(Reason.class)
  void whateverTheReason_thenItIsReadAgain(Reason reason) {
    PendingRevocation pending =
        new PendingRevocation(
            REALM, reason, Revocation.ofSession(USER, Session.both(ID), BEFORE, UNTIL));
    assertThat(PendingRevocation.of(pending.texts().get(0))).contains(pending);
  }

  @ParameterizedTest
  @EnumSource(Reason.class)
  void whenAllIdsAreUuids_thenATextFitsIntoTheColumn(Reason reason) {
    Revocation all = all(USER);
    assertThat(new PendingRevocation(REALM, reason, all).texts())
        .hasSize(7)
        .allSatisfy(text -> assertThat(text).hasSizeLessThanOrEqualTo(COLUMN));
  }

  private static Revocation all(String user) {
    return new Revocation(
        user,
        List.of(ID, OTHER_ID),
        clientSession(),
        List.of(OTHER_ID),
        List.of(Session.online(ID), Session.offline(OTHER_ID)),
        true,
        BEFORE,
        UNTIL);
  }

  @Test
  void whenManyThingsAreRevoked_thenThereIsATextForEach() {
    assertThat(pending(all(FEDERATED)).texts())
        .map(PendingRevocation::of)
        .map(Optional::orElseThrow)
        .allMatch(it -> it.realmId().equals(REALM) && it.reason() == Reason.CLIENT_SECRET_CHANGED)
        .map(PendingRevocation::revocation)
        .containsExactly(
            Revocation.ofFamilies(FEDERATED, List.of(ID), BEFORE, UNTIL),
            Revocation.ofFamilies(FEDERATED, List.of(OTHER_ID), BEFORE, UNTIL),
            Revocation.ofClientSessions(FEDERATED, clientSession(), List.of(), BEFORE, UNTIL),
            Revocation.ofClient(FEDERATED, OTHER_ID, List.of(), BEFORE, UNTIL),
            Revocation.ofSession(FEDERATED, Session.online(ID), BEFORE, UNTIL),
            Revocation.ofSession(FEDERATED, Session.offline(OTHER_ID), BEFORE, UNTIL),
            Revocation.ofUser(FEDERATED, List.of(), BEFORE, UNTIL));
  }

  @Test
  void whenNothingIsRevoked_thenNothingIsWrittenDown() {
    assertThat(pending(Revocation.ofSessions(USER, List.of(), BEFORE, UNTIL)).texts()).isEmpty();
  }

  /** What waits in a database is read by the next version. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "token-guard:FAMILY:r1:REUSED:u1:f1:0:1795003600",
        "token-guard:CLIENT_SESSION:r1:REVOKED:u1:s1+c1:1795000000:1795003600",
        "token-guard:CLIENT:r1:CLIENT_DISABLED:u1:c1:1795000000:1795003600",
        "token-guard:SESSION:r1:LOGOUT:f%3Aldap%3Ana+me:s1:1795000000:1795003600",
        "token-guard:ONLINE_SESSION:r1:LOGOUT:u1:s1:1795000000:1795003600",
        "token-guard:OFFLINE_SESSION:r1:LOGOUT:u1:s1:1795000000:1795003600",
        "token-guard:USER:r1:USER_DELETED:u1::1795000000:1795003600"
      })
  void whenATextIsRead_thenItIsOneOfEveryOtherVersion(String text) {
    assertThat(PendingRevocation.of(text).map(PendingRevocation::texts)).contains(List.of(text));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        ":::::::",
        "6f1b5a0e-3c7d-4e2a-9b1f-0a2b3c4d5e6f",
        "token-guard",
        "token-guard:",
        "token-guard-2:SESSION:r1:LOGOUT:u1:s1:0:1",
        "token%2Dguard:SESSION:r1:LOGOUT:u1:s1:0:1",
        "other:SESSION:r1:LOGOUT:u1:s1:0:1",
        "token-guard:SESSION:r1:LOGOUT:u1:s1:0",
        "token-guard:SESSION:r1:LOGOUT:u1:s1:0:1:2",
        "token-guard:session:r1:LOGOUT:u1:s1:0:1",
        "token-guard:DEVICE:r1:LOGOUT:u1:s1:0:1",
        "token-guard:SESSION:r1:BOREDOM:u1:s1:0:1",
        "token-guard:SESSION:r1:LOGOUT:u1:s1:soon:1",
        "token-guard:SESSION:r1:LOGOUT:u1:s1:0:",
        "token-guard:SESSION:r1:LOGOUT:u1:s1:0:99999999999999999999",
        "token-guard:CLIENT_SESSION:r1:LOGOUT:u1:s1:0:1",
        "token-guard:SESSION:r1:LOGOUT:u1:%:0:1",
        "token-guard:SESSION:r1:LOGOUT:u1:%zz:0:1",
        "token-guard:%"
      })
  void whenATextIsForeignOrNewer_thenItIsNotRead(String text) {
    assertThat(PendingRevocation.of(text)).isEmpty();
  }

  @Test
  void whenAnIdIsThatOfAToken_thenItIsNoText() {
    assertThat(PendingRevocation.isText("onrtrt:" + ID)).isFalse();
    assertThat(PendingRevocation.isText(ID)).isFalse();
    assertThat(PendingRevocation.isText("")).isFalse();
  }
}
