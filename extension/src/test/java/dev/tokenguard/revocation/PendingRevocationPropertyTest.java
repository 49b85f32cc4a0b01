package dev.tokenguard.revocation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import dev.tokenguard.rotation.Revocation;
import dev.tokenguard.rotation.Revocation.ClientSession;
import dev.tokenguard.rotation.Revocation.Session;
import dev.tokenguard.rotation.Revocation.SessionKind;
import java.util.HashSet;
import java.util.Set;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;

/** Whatever is revoked, the texts say all of it and nothing else. */
final class PendingRevocationPropertyTest {

  @Property(tries = 2_000, edgeCases = EdgeCasesMode.NONE)
  void whateverIsRevoked_theTextsSayIt(
      @ForAll("ids") String realm,
      @ForAll Reason reason,
      @ForAll("revocations") Revocation revocation) {
    PendingRevocation pending = new PendingRevocation(realm, reason, revocation);
    Set<String> families = new HashSet<>();
    Set<ClientSession> clientSessions = new HashSet<>();
    Set<String> clients = new HashSet<>();
    Set<Session> sessions = new HashSet<>();
    boolean isEverything = false;
    for (String text : pending.texts()) {
      PendingRevocation read = PendingRevocation.of(text).orElseThrow();
      Revocation part = read.revocation();
      assertThat(read.realmId()).isEqualTo(realm);
      assertThat(read.reason()).isEqualTo(reason);
      assertThat(part.userId()).isEqualTo(revocation.userId());
      assertThat(part.retainUntil()).isEqualTo(revocation.retainUntil());
      families.addAll(part.families());
      clientSessions.addAll(part.clientSessions());
      clients.addAll(part.clients());
      sessions.addAll(part.sessions());
      isEverything |= part.isEverything();
      assertThat(part.before()).isEqualTo(revocation.before());
    }
    assertThat(families).isEqualTo(new HashSet<>(revocation.families()));
    assertThat(clientSessions).isEqualTo(new HashSet<>(revocation.clientSessions()));
    assertThat(clients).isEqualTo(new HashSet<>(revocation.clients()));
    assertThat(sessions).isEqualTo(new HashSet<>(revocation.sessions()));
    assertThat(isEverything).isEqualTo(revocation.isEverything());
  }

  /** Ids of tokens stand in the same column. */
  @Property(tries = 2_000, edgeCases = EdgeCasesMode.NONE)
  void whateverStandsInTheColumn_readingItDoesNotFail(@ForAll("columns") String text) {
    assertThatCode(() -> PendingRevocation.of(text)).doesNotThrowAnyException();
  }

  @Provide
  Arbitrary<String> columns() {
    Arbitrary<String> parts =
        Arbitraries.frequencyOf(
            Tuple.of(2, Arbitraries.of("USER", "SESSION", "CLIENT_SESSION", "LOGOUT", "0", "17")),
            Tuple.of(1, Arbitraries.strings().withChars("aA0 +%:").ofMaxLength(4)));
    return parts.list().ofMinSize(6).ofMaxSize(8).map(it -> "token-guard:" + String.join(":", it));
  }

  @Provide
  Arbitrary<Revocation> revocations() {
    return Combinators.combine(
            ids(),
            ids().list().ofMaxSize(3),
            Combinators.combine(sessionIds(), ids()).as(ClientSession::new).list().ofMaxSize(3),
            ids().list().ofMaxSize(3),
            Combinators.combine(ids(), Arbitraries.of(SessionKind.class))
                .as(Session::new)
                .list()
                .ofMaxSize(3),
            Arbitraries.of(true, false),
            Arbitraries.longs().greaterOrEqual(1),
            Arbitraries.longs().greaterOrEqual(0))
        .as(Revocation::new);
  }

  /** Of characters that mean something in a text, and of any others. */
  @Provide
  Arbitrary<String> ids() {
    return Arbitraries.frequencyOf(
        Tuple.of(1, Arbitraries.strings().withChars("a:+% {}%2").ofMaxLength(6)),
        Tuple.of(
            1,
            Arbitraries.strings().ofMaxLength(20).filter(PendingRevocationPropertyTest::isWhole)));
  }

  /** Half a character is no text; Java writes it as a question mark. */
  private static boolean isWhole(String text) {
    return text.chars().noneMatch(it -> Character.isSurrogate((char) it));
  }

  /** Keycloak makes them; none has ever had a space. */
  private Arbitrary<String> sessionIds() {
    return ids().map(id -> id.replace(" ", "_"));
  }
}
