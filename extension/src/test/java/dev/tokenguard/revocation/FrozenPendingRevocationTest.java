package dev.tokenguard.revocation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tokenguard.rotation.Revocation;
import dev.tokenguard.rotation.Revocation.ClientSession;
import dev.tokenguard.rotation.Revocation.Session;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * What an earlier version had still to record in Redis when it was stopped, a later one records.
 */
final class FrozenPendingRevocationTest {

  private static final String REALM = "0d9b7e64-5a1c-4f0e-8d7b-3c2a1f0e9d8c";
  private static final String USER = "5f0c8b7e-0000-4000-8000-00000000a11c";
  private static final String FEDERATED =
      "f:3d2c1b0a-0000-4000-8000-000000000001:na:me{x} y+z%3A é";
  private static final String SESSION = "1c9e6679-7425-40de-944b-e07fc1f90ae7";
  private static final String CLIENT = "7d444840-9dc0-41d1-b245-5ffdce74fad2";
  private static final long DECIDED = 4_102_444_800L;
  private static final long UNTIL = DECIDED + 3_600;

  /** In the order of the file. */
  private static final List<PendingRevocation> PENDING =
      List.of(
          pending(Reason.REUSED, Revocation.ofFamily(USER, "a family, no UUID", UNTIL)),
          pending(
              Reason.CONSENT_REVOKED,
              Revocation.ofClientSessions(
                  USER, List.of(new ClientSession(SESSION, CLIENT)), List.of(), DECIDED, UNTIL)),
          pending(
              Reason.CLIENT_SECRET_CHANGED,
              Revocation.ofClient(USER, CLIENT, List.of(), DECIDED, UNTIL)),
          pending(Reason.LOGOUT, Revocation.ofSession(USER, Session.both(SESSION), DECIDED, UNTIL)),
          pending(
              Reason.PASSWORD_CHANGED, Revocation.ofUser(FEDERATED, List.of(), DECIDED, UNTIL)));

  private static final List<BulkRevocation> WIDE =
      List.of(
          new BulkRevocation(REALM, Reason.LOGOUT, Optional.empty(), DECIDED),
          new BulkRevocation(REALM, Reason.CLIENT_DISABLED, Optional.of(CLIENT), DECIDED));

  /** In the order of the second file: with the time of a session, and its kind. */
  private static final List<PendingRevocation> SECOND =
      List.of(
          pending(
              Reason.REUSED,
              Revocation.ofFamilies(USER, List.of("a family, no UUID"), DECIDED, UNTIL)),
          pending(
              Reason.LOGOUT, Revocation.ofSession(USER, Session.online(SESSION), DECIDED, UNTIL)),
          pending(
              Reason.LOGOUT, Revocation.ofSession(USER, Session.offline(SESSION), DECIDED, UNTIL)),
          pending(
              Reason.REUSED, Revocation.ofSession(USER, Session.both(SESSION), DECIDED, UNTIL)));

  private static final List<BulkRevocation> BULK =
      List.of(
          new BulkRevocation(REALM, Reason.LOGOUT, BulkRevocation.Kind.REALM, "", DECIDED),
          new BulkRevocation(
              REALM, Reason.CLIENT_DISABLED, BulkRevocation.Kind.CLIENT, CLIENT, DECIDED),
          new BulkRevocation(
              REALM, Reason.NOT_BEFORE, BulkRevocation.Kind.CLIENT_NOT_BEFORE, CLIENT, DECIDED),
          new BulkRevocation(
              REALM, Reason.NOT_BEFORE, BulkRevocation.Kind.REALM_NOT_BEFORE, "", DECIDED),
          new BulkRevocation(
              REALM, Reason.USER_DELETED, BulkRevocation.Kind.FEDERATION, CLIENT, DECIDED));

  private static PendingRevocation pending(Reason reason, Revocation revocation) {
    return new PendingRevocation(REALM, reason, revocation);
  }

  @Test
  void whenTheFrozenTextsAreRead_thenTheySayWhatWasRevoked() throws IOException {
    List<String> frozen = frozen();

    assertThat(frozen.stream().flatMap(text -> PendingRevocation.of(text).stream()).toList())
        .isEqualTo(PENDING);
    assertThat(BulkRevocation.unfinished(frozen)).isEqualTo(WIDE);
  }

  @Test
  void whenADoneTextIsThere_thenWhatBeganIsNotUnfinished() throws IOException {
    String done = frozen().get(PENDING.size()).replace("BEGUN", "DONE");

    assertThat(BulkRevocation.unfinished(Set.of(frozen().get(PENDING.size()), done))).isEmpty();
  }

  @Test
  void whenTheTextsOfTheSecondVersionAreRead_thenTheySayWhatWasRevoked() throws IOException {
    List<String> frozen = frozen("pending-2.txt");

    assertThat(frozen.stream().flatMap(text -> PendingRevocation.of(text).stream()).toList())
        .isEqualTo(SECOND);
    assertThat(BulkRevocation.unfinished(frozen)).isEqualTo(BULK);
  }

  @Test
  void whenTheSameIsWrittenToday_thenTheTextsAreThoseOfTheSecondVersion() throws IOException {
    Stream<String> written =
        Stream.concat(
            SECOND.stream().flatMap(it -> it.texts().stream()),
            BULK.stream().map(BulkRevocation::begun));

    assertThat(written.toList()).isEqualTo(frozen("pending-2.txt"));
  }

  private static List<String> frozen() throws IOException {
    return frozen("pending-1.txt");
  }

  private static List<String> frozen(String name) throws IOException {
    try (InputStream file = FrozenPendingRevocationTest.class.getResourceAsStream(name)) {
      return new String(file.readAllBytes(), StandardCharsets.UTF_8)
          .lines()
          .filter(line -> !line.startsWith("#"))
          .toList();
    }
  }
}
