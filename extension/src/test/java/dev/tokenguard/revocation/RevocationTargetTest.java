package dev.tokenguard.revocation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tokenguard.revocation.RevocationTarget.Client;
import dev.tokenguard.revocation.RevocationTarget.ClientSession;
import dev.tokenguard.revocation.RevocationTarget.ClientSessions;
import dev.tokenguard.revocation.RevocationTarget.Families;
import dev.tokenguard.revocation.RevocationTarget.OtherSessions;
import dev.tokenguard.revocation.RevocationTarget.SessionKind;
import dev.tokenguard.revocation.RevocationTarget.Sessions;
import dev.tokenguard.revocation.RevocationTarget.User;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What one target covers is not carried out a second time; nothing else is left out. */
final class RevocationTargetTest {

  private static final Map<String, RevocationTarget> TARGETS = new LinkedHashMap<>();

  static {
    TARGETS.put("user", new User("u"));
    TARGETS.put("user+s", new User("u", Optional.empty(), List.of("s")));
    TARGETS.put("user+s+r", new User("u", Optional.empty(), List.of("s", "r")));
    TARGETS.put("user-s", new User("u", Optional.of("s"), List.of()));
    TARGETS.put("others", new OtherSessions("u", Optional.empty()));
    TARGETS.put("others-s", new OtherSessions("u", Optional.of("s")));
    TARGETS.put("online", Sessions.of("u", "s", SessionKind.ONLINE));
    TARGETS.put("offline", Sessions.of("u", "s", SessionKind.OFFLINE));
    TARGETS.put("both", Sessions.of("u", "s", SessionKind.BOTH));
    TARGETS.put("r", Sessions.of("u", "r", SessionKind.BOTH));
    TARGETS.put("client", new Client("u", "c", List.of()));
    TARGETS.put("client+s", new Client("u", "c", List.of("s")));
    TARGETS.put("s.c", clientSession("s", "c", List.of()));
    TARGETS.put("s.c+f", clientSession("s", "c", List.of("f")));
    TARGETS.put("s.d", clientSession("s", "d", List.of()));
    TARGETS.put("no.c+f", new ClientSessions("u", List.of(), List.of("f")));
    TARGETS.put("f", new Families("u", List.of("f")));
    TARGETS.put("g", new Families("u", List.of("g")));
    TARGETS.put("f+g", new Families("u", List.of("f", "g")));
  }

  private static ClientSessions clientSession(
      String session, String client, List<String> families) {
    return new ClientSessions("u", List.of(new ClientSession(session, client)), families);
  }

  /** Sessions that Keycloak has removed already are revoked only where they are known. */
  @ParameterizedTest
  @CsvSource(
      textBlock =
          """
          user,     user-s others others-s client f g f+g
          user+s,   user user-s others others-s online offline both client client+s s.c s.c+f s.d f g f+g
          user+s+r, user user+s user-s others others-s online offline both r client client+s s.c s.c+f s.d f g f+g
          user-s,
          others,
          others-s,
          online,
          offline,
          both,     online offline s.c s.c+f s.d
          r,
          client,
          client+s, s.c
          s.c,
          s.c+f,    s.c no.c+f f
          s.d,
          no.c+f,   f
          f,        no.c+f
          g,
          f+g,      no.c+f f g
          """)
  void given_a_target_then_it_covers_itself_and_what_it_revokes_anyway(String name, String others) {
    RevocationTarget target = TARGETS.get(name);
    List<String> expected = others == null ? List.of() : List.of(others.split(" "));
    TARGETS.forEach(
        (other, covered) ->
            assertThat(target.covers(covered))
                .as("%s covers %s", name, other)
                .isEqualTo(name.equals(other) || expected.contains(other)));
  }

  @ParameterizedTest
  @CsvSource({"user+s+r", "both", "s.c+f", "f+g"})
  void given_another_user_then_nothing_is_covered(String name) {
    RevocationTarget target = TARGETS.get(name);
    assertThat(target.covers(new User("v"))).isFalse();
    assertThat(target.covers(new Families("v", List.of("f")))).isFalse();
    assertThat(target.covers(Sessions.of("v", "s", SessionKind.BOTH))).isFalse();
  }

  @ParameterizedTest
  @CsvSource({
    "user+s,USER",
    "others,OTHER_SESSIONS",
    "both,SESSION",
    "client,CLIENT",
    "s.c,CLIENT_SESSION",
    "f,FAMILY"
  })
  void given_a_target_then_its_scope_is_known(String name, RevocationScope scope) {
    assertThat(TARGETS.get(name).scope()).isEqualTo(scope);
  }
}
