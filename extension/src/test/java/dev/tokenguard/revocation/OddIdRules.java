package dev.tokenguard.revocation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tokenguard.revocation.RevocationList.Entry;
import dev.tokenguard.revocation.RevocationList.TokenIdentity;
import dev.tokenguard.rotation.TestClock;
import java.util.List;
import java.util.OptionalLong;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** An id may be any text: an id token by another issuer, the name of a federated user. */
abstract class OddIdRules extends BlacklistRules {

  OddIdRules(Function<TestClock, RevocationList> opening, Function<Entry, OptionalLong> life) {
    super(opening, life);
  }

  static Stream<String> oddIds() {
    return Stream.of(
        " ",
        ":",
        "::",
        "sid:",
        "tg:sid:",
        "{}",
        "}{",
        "a{b}c",
        "*",
        "a?[b]\\",
        "%00",
        "two words",
        "new\r\nline",
        "nul\0nul",
        "\"quoted\"",
        "f:3d2c1b0a-0000-4000-8000-000000000001:na:me{x} y",
        "Zoë \uD83D\uDD11 字",
        "x".repeat(4096),
        "字".repeat(1365));
  }

  @ParameterizedTest
  @MethodSource("oddIds")
  void whenAnOddIdIsNamed_thenItIsFound(String id) {
    blacklist.add(Entry.ofUser(id, clock.second(), inSeconds(300)));
    assertKilled(new TokenIdentity(TOKEN, SESSION, id, 0), RevocationScope.USER, "");
    blacklist.add(Entry.ofSession(id, clock.second(), Reason.LOGOUT, inSeconds(300)));
    assertKilled(new TokenIdentity(TOKEN, id, USER, 0), RevocationScope.SESSION, "logout");
    blacklist.add(Entry.ofAccessToken(id, Reason.REVOKED, inSeconds(300)));
    assertKilled(new TokenIdentity(id, SESSION, USER, 0), RevocationScope.ACCESS_TOKEN, "revoked");
    assertThat(blacklist.reasonFor(id)).contains("revoked");
    assertLivesUntil(Entry.ofSession(id, clock.second(), Reason.LOGOUT, 0), inSeconds(300));
  }

  @Test
  void whenOneOddIdIsNamed_thenNoOtherIs() {
    List<String> ids = oddIds().toList();
    for (String named : ids) {
      assertThat(blacklist.add(Entry.ofAccessToken(named, Reason.REVOKED, inSeconds(300))))
          .isTrue();
    }
    for (String id : ids) {
      assertAlive(new TokenIdentity(TOKEN, id, id, 0));
      assertThat(blacklist.reasonFor(id + "x")).isEmpty();
      assertThat(blacklist.reasonFor(" " + id + " ")).isEmpty();
    }
  }
}
