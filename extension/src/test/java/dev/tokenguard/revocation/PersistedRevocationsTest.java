package dev.tokenguard.revocation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.tokenguard.revocation.BulkRevocation.Kind;
import dev.tokenguard.revocation.Revocation.Reason;
import dev.tokenguard.revocation.RevocationList.Entry;
import dev.tokenguard.revocation.RevocationTarget.Client;
import dev.tokenguard.revocation.RevocationTarget.ClientSession;
import dev.tokenguard.revocation.RevocationTarget.ClientSessions;
import dev.tokenguard.revocation.RevocationTarget.Families;
import dev.tokenguard.revocation.RevocationTarget.SessionKind;
import dev.tokenguard.revocation.RevocationTarget.Sessions;
import dev.tokenguard.revocation.RevocationTarget.User;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;
import org.junit.jupiter.params.provider.ValueSource;

/** What is persisted in Keycloak's list of revoked tokens is read again, by later versions too. */
final class PersistedRevocationsTest {

  private static final String REALM = "0d9b7e64-5a1c-4f0e-8d7b-3c2a1f0e9d8c";
  private static final String USER = "5f0c8b7e-0000-4000-8000-00000000a11c";
  private static final String FEDERATED =
      "f:3d2c1b0a-0000-4000-8000-000000000001:na:me{x} y+z%3A é";
  private static final String SESSION = "1c9e6679-7425-40de-944b-e07fc1f90ae7";
  private static final String CLIENT = "7d444840-9dc0-41d1-b245-5ffdce74fad2";
  private static final long DECIDED = 4_102_444_800L;
  private static final long UNTIL = DECIDED + 3_600;

  /** The column of Keycloak's database that takes a text. */
  private static final int COLUMN = 255;

  private static final ClientSession CLIENT_SESSION = new ClientSession(SESSION, CLIENT);

  /** In the order of the file, as are the entries and bulk revocations. */
  private static final List<Revocation.Pending> PENDING =
      List.of(
          pending(Reason.REUSED, new Families(USER, List.of("a family, no UUID"))),
          pending(
              Reason.CONSENT_REVOKED, new ClientSessions(USER, List.of(CLIENT_SESSION), List.of())),
          pending(Reason.CLIENT_SECRET_CHANGED, new Client(USER, CLIENT, List.of())),
          pending(Reason.LOGOUT, Sessions.of(USER, SESSION, SessionKind.ONLINE)),
          pending(Reason.LOGOUT, Sessions.of(USER, SESSION, SessionKind.OFFLINE)),
          pending(Reason.REUSED, Sessions.of(USER, SESSION, SessionKind.BOTH)),
          pending(Reason.PASSWORD_CHANGED, new User(FEDERATED)));

  private static final List<Entry> ENTRIES =
      List.of(
          Entry.ofSession(SESSION, DECIDED, Reason.LOGOUT, UNTIL),
          Entry.ofUser(FEDERATED, DECIDED, UNTIL));

  private static final List<BulkRevocation> BULK =
      List.of(
          bulk(Reason.LOGOUT, Kind.REALM, ""),
          bulk(Reason.CLIENT_DISABLED, Kind.CLIENT, CLIENT),
          bulk(Reason.NOT_BEFORE, Kind.CLIENT_NOT_BEFORE, CLIENT),
          bulk(Reason.NOT_BEFORE, Kind.REALM_NOT_BEFORE, ""),
          bulk(Reason.USER_DELETED, Kind.FEDERATION, CLIENT));

  private static Revocation.Pending pending(Reason reason, RevocationTarget target) {
    return new Revocation.Pending(REALM, reason, new Revocation(target, DECIDED, UNTIL));
  }

  private static BulkRevocation bulk(Reason reason, Kind kind, String id) {
    return new BulkRevocation(REALM, reason, kind, id, DECIDED);
  }

  @Test
  void given_the_frozen_texts_then_each_is_read_and_written_as_it_is() throws IOException {
    Path file = Path.of("src/test/resources/dev/tokenguard/revocation/pending-1.txt");
    List<String> frozen =
        Files.readAllLines(file).stream().filter(line -> !line.startsWith("#")).toList();
    assertThat(frozen).allMatch(Revocation.Pending::isText);
    assertThat(frozen.stream().flatMap(text -> Revocation.Pending.of(text).stream()))
        .containsExactlyElementsOf(PENDING);
    assertThat(frozen.stream().flatMap(text -> Entry.of(text).stream()))
        .containsExactlyElementsOf(ENTRIES);
    assertThat(BulkRevocation.unfinished(frozen)).isEqualTo(BULK);
    List<String> written = new ArrayList<>();
    PENDING.forEach(it -> written.addAll(it.texts()));
    ENTRIES.forEach(it -> written.add(it.text()));
    BULK.forEach(it -> written.add(it.begun()));
    assertThat(written).isEqualTo(frozen);
  }

  @Test
  void given_several_marks_of_one_target_then_there_is_a_text_for_each() {
    Client target = new Client(FEDERATED, CLIENT, List.of(SESSION, "s2"));
    assertThat(pending(Reason.CLIENT_DISABLED, target).texts())
        .map(text -> Revocation.Pending.of(text).orElseThrow().revocation().target())
        .containsExactly(
            new ClientSessions(FEDERATED, List.of(CLIENT_SESSION), List.of()),
            new ClientSessions(FEDERATED, List.of(new ClientSession("s2", CLIENT)), List.of()),
            new Client(FEDERATED, CLIENT, List.of()));
    assertThat(pending(Reason.LOGOUT, new Sessions(USER, List.of())).texts()).isEmpty();
  }

  @ParameterizedTest
  @EnumSource
  void given_any_reason_then_texts_of_uuids_fit_into_the_column(Reason reason) {
    List<String> texts = new ArrayList<>();
    PENDING.subList(1, 6).stream()
        .map(it -> pending(reason, it.revocation().target()))
        .forEach(it -> texts.addAll(it.texts()));
    texts.add(Entry.ofSession(SESSION, DECIDED, reason, UNTIL).text());
    for (Kind kind : Kind.values()) {
      BulkRevocation bulk = new BulkRevocation(REALM, reason, kind, CLIENT, Long.MAX_VALUE / 1000);
      texts.addAll(List.of(bulk.begun(), bulk.done()));
    }
    assertThat(texts).allMatch(text -> text.length() <= COLUMN);
  }

  @Property(tries = 1_000, edgeCases = EdgeCasesMode.NONE)
  void given_any_ids_then_they_are_read_as_they_were(
      @ForAll("ids") String realm, @ForAll("ids") String id, @ForAll("ids") String other) {
    ClientSession clientSession = new ClientSession(id.replace(" ", "_"), other);
    RevocationTarget target = new ClientSessions(other, List.of(clientSession), List.of());
    Revocation.Pending pending =
        new Revocation.Pending(realm, Reason.LOGOUT, new Revocation(target, 1, 2));
    BulkRevocation bulk = new BulkRevocation(realm, Reason.LOGOUT, Kind.CLIENT, id, 1);

    assertThat(Revocation.Pending.of(pending.texts().get(0))).contains(pending);
    assertThat(BulkRevocation.unfinished(List.of(bulk.begun()))).containsExactly(bulk);
    for (Entry entry :
        List.of(Entry.ofSession(id, 17, Reason.LOGOUT, 42), Entry.ofUser(id, 17, 42))) {
      assertThat(Entry.of(entry.text())).contains(entry);
    }
  }

  /** Of characters that mean something in a text, and of any others but half a character. */
  @Provide
  Arbitrary<String> ids() {
    Arbitrary<String> any = Arbitraries.strings().ofMaxLength(20);
    return Arbitraries.oneOf(
        Arbitraries.strings().withChars("a:+% {}%2").ofMaxLength(6),
        any.filter(it -> it.chars().noneMatch(c -> Character.isSurrogate((char) c))));
  }

  @Property(tries = 1_000, edgeCases = EdgeCasesMode.NONE)
  void given_any_text_in_the_column_then_reading_it_does_not_fail(@ForAll("columns") String text) {
    Revocation.Pending.of(text);
    Entry.of(text);
    BulkRevocation.unfinished(List.of(text));
  }

  @Provide
  Arbitrary<String> columns() {
    Arbitrary<String> parts =
        Arbitraries.oneOf(
            Arbitraries.of("USER", "SESSION", "ENTRY", "BULK", "LOGOUT", "0", "17"),
            Arbitraries.strings().withChars("aA0 +%:").ofMaxLength(4));
    return parts.list().ofMinSize(5).ofMaxSize(8).map(it -> "token-guard:" + String.join(":", it));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        ":::::::",
        "6f1b5a0e-3c7d-4e2a-9b1f-0a2b3c4d5e6f",
        "token-guard",
        "token-guard:",
        "token-guard:%",
        "token-guard-2:USER:r1:LOGOUT:u1::0:1",
        "other:USER:r1:LOGOUT:u1::0:1",
        "token-guard:USER:r1:LOGOUT:u1::0",
        "token-guard:USER:r1:LOGOUT:u1::0:1:2",
        "token-guard:user:r1:LOGOUT:u1::0:1",
        "token-guard:REALM:r1:LOGOUT:u1::0:1",
        "token-guard:USER:r1:BOREDOM:u1::0:1",
        "token-guard:USER:r1:LOGOUT:u1::soon:1",
        "token-guard:USER:r1:LOGOUT:u1::0:99999999999999999999",
        "token-guard:CLIENT_SESSION:r1:LOGOUT:u1:s1:0:1",
        "token-guard:SESSION:r1:LOGOUT:u1:s1:0:1",
        "token-guard:SESSION:r1:LOGOUT:u1:ANY+s1:0:1",
        "token-guard:SESSION:r1:LOGOUT:u1:BOTH+%zz:0:1",
        "token-guard:ENTRY:REALM:realm:17:logout:42",
        "token-guard:ENTRY:ACCESS_TOKEN:id:17:logout:42",
        "token-guard:ENTRY:SESSION:sid:x:logout:42",
        "token-guard:ENTRIES:SESSION:sid:17:logout:42",
        "token-guard:BULK:r:LOGOUT:REALM::1795000000",
        "token-guard:BULK:r:LOGOUT:GALAXY::1795000000:BEGUN",
        "token-guard:BULK:r:LOGOUT:REALM::soon:BEGUN",
        "token-guard:BULK:r:LOGOUT:REALM::1795000000:LATER",
        "token-guard:BULK:r:LOGOUT:REALM::1795000000:DONE",
        "token-guard:TALL:r:LOGOUT:REALM::1795000000:BEGUN"
      })
  void given_a_foreign_or_newer_text_then_it_is_not_read(String text) {
    assertThat(Revocation.Pending.of(text)).isEmpty();
    assertThat(Entry.of(text)).isEmpty();
    assertThat(BulkRevocation.unfinished(List.of(text))).isEmpty();
  }

  @Test
  void given_an_access_token_then_it_is_persisted_by_its_id_and_a_min_ttl_is_not() {
    Entry token = Entry.ofAccessToken("onrtrt:" + USER, Reason.LOGOUT, UNTIL);
    assertThat(token.text()).isEqualTo("onrtrt:" + USER);
    assertThat(Revocation.Pending.isText(token.text())).isFalse();
    assertThat(token.withMinTtl(9).minTtl()).isEqualTo(9);
    assertThat(token.withMinTtl(9).withMinTtl(0)).isEqualTo(token);
  }

  @Test
  void given_a_bulk_revocation_that_is_done_then_only_others_are_unfinished() {
    BulkRevocation done = BULK.get(1);
    BulkRevocation later =
        new BulkRevocation(REALM, Reason.CLIENT_DISABLED, Kind.CLIENT, CLIENT, DECIDED + 1);
    assertThat(BulkRevocation.unfinished(List.of(done.begun(), later.begun(), done.done())))
        .containsExactly(later);
  }

  @ParameterizedTest
  @EnumSource(
      names = {"ACCESS_TOKEN", "SESSION", "USER"},
      mode = Mode.EXCLUDE)
  void given_a_scope_without_entries_then_none_is_made(RevocationScope scope) {
    assertThatIllegalArgumentException().isThrownBy(() -> new Entry(scope, "id", 0, "", 1, 0));
  }
}
