package dev.tokenguard.revocation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tokenguard.revocation.RevocationList.Entry;
import dev.tokenguard.revocation.RevocationList.TokenIdentity;
import dev.tokenguard.rotation.TestClock;
import java.util.List;
import java.util.OptionalLong;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Which entries kill a token, and which do not. */
abstract class MatchingRules extends BlacklistRules {

  MatchingRules(Function<TestClock, RevocationList> opening, Function<Entry, OptionalLong> life) {
    super(opening, life);
  }

  @Test
  void whenNothingWasAdded_thenNothingIsDead() {
    assertAlive(issuedAt(0));
    assertThat(blacklist.reasonFor(TOKEN)).isEmpty();
  }

  @ParameterizedTest
  @EnumSource(Reason.class)
  void whenATokenIsNamed_thenItIsDeadForThatReason(Reason reason) {
    blacklist.add(token(reason, inSeconds(300)));
    assertKilled(identity(), RevocationScope.ACCESS_TOKEN, reason.word());
    assertThat(blacklist.reasonFor(TOKEN)).contains(reason.word());
    assertAlive(new TokenIdentity("another", SESSION, USER, 0));
  }

  @ParameterizedTest
  @EnumSource(Reason.class)
  void whenASessionIsNamed_thenItsTokensUpToTheCutOffAreRevoked(Reason reason) {
    blacklist.add(session(reason, inSeconds(300)));
    assertKilled(issuedAt(0), RevocationScope.SESSION, reason.word());
    assertKilled(issuedAt(clock.second()), RevocationScope.SESSION, reason.word());
    assertAlive(issuedAt(inSeconds(1)));
    assertThat(blacklist.reasonFor(TOKEN)).isEmpty();
    assertAlive(new TokenIdentity(TOKEN, "another", USER, 0));
  }

  /** Keycloak counts an {@code iat} in seconds, and a new login is good in the very same one. */
  @Test
  void whenAUserIsCutOff_thenTokensIssuedBeforeThatSecondAreDead() {
    long second = clock.second();
    blacklist.add(user(second, inSeconds(300)));
    assertKilled(issuedAt(0), RevocationScope.USER, "");
    assertKilled(issuedAt(second - 1), RevocationScope.USER, "");
    assertAlive(issuedAt(second));
    assertAlive(issuedAt(second + 1));
    assertAlive(new TokenIdentity(TOKEN, SESSION, "another", 0));
    assertThat(blacklist.reasonFor(TOKEN)).isEmpty();
  }

  @Test
  void whenSeveralEntriesKillAToken_thenTheNarrowestIsTold() {
    blacklist.add(user(inSeconds(1), inSeconds(300)));
    assertKilled(identity(), RevocationScope.USER, "");
    blacklist.add(session(Reason.LOGOUT, inSeconds(300)));
    assertKilled(identity(), RevocationScope.SESSION, "logout");
    blacklist.add(token(Reason.REUSED, inSeconds(300)));
    assertKilled(identity(), RevocationScope.ACCESS_TOKEN, "reused");
  }

  /** The token of a service account has no session. */
  @Test
  void whenATokenLacksClaims_thenItIsJudgedByTheOthers() {
    blacklist.add(user(clock.second(), inSeconds(300)));
    assertKilled(new TokenIdentity("", "", USER, 0), RevocationScope.USER, "");
    blacklist.add(session(Reason.LOGOUT, inSeconds(300)));
    assertKilled(new TokenIdentity("", SESSION, "", 0), RevocationScope.SESSION, "logout");
    blacklist.add(token(Reason.REUSED, inSeconds(300)));
    assertKilled(new TokenIdentity(TOKEN, "", "", 0), RevocationScope.ACCESS_TOKEN, "reused");
    assertAlive(new TokenIdentity("", "", "", 0));
  }

  /** A login page that is open during a logout may begin a session of the same id. */
  @Test
  void whenASessionIsNamed_thenTokensUpToThatSecondAreCoveredAndLaterOnesAreNot() {
    long cutoff = clock.second();
    blacklist.add(Entry.ofSession(SESSION, cutoff, Reason.LOGOUT, inSeconds(300)));
    assertKilled(new TokenIdentity("", SESSION, "", cutoff), RevocationScope.SESSION, "logout");
    assertAlive(new TokenIdentity("", SESSION, "", cutoff + 1));
  }

  @Test
  void whenASessionIsNamedAgain_thenTheLaterCutOffStands() {
    long cutoff = clock.second();
    blacklist.add(Entry.ofSession(SESSION, cutoff, Reason.LOGOUT, inSeconds(300)));
    blacklist.add(Entry.ofSession(SESSION, cutoff - 5, Reason.REVOKED, inSeconds(300)));
    assertKilled(new TokenIdentity("", SESSION, "", cutoff), RevocationScope.SESSION, "logout");
    blacklist.add(Entry.ofSession(SESSION, cutoff + 5, Reason.USER_DISABLED, inSeconds(100)));
    assertKilled(
        new TokenIdentity("", SESSION, "", cutoff + 5), RevocationScope.SESSION, "user-disabled");
    assertAlive(new TokenIdentity("", SESSION, "", cutoff + 6));
    assertLivesUntil(Entry.ofSession(SESSION, 0, Reason.LOGOUT, 0), inSeconds(300));
  }

  /** Else one entry by mistake would kill all tokens of that kind. */
  @Test
  void givenEntriesWithoutAnId_whenATokenLacksTheClaim_thenTheyAreNotMeant() {
    blacklist.addAll(
        List.of(
            Entry.ofAccessToken("", Reason.REVOKED, inSeconds(300)),
            Entry.ofSession("", clock.second(), Reason.REVOKED, inSeconds(300)),
            Entry.ofUser("", inSeconds(60), inSeconds(300))));
    assertAlive(new TokenIdentity("", "", "", 0));
    assertAlive(new TokenIdentity(TOKEN, "", "", 0));
    assertAlive(new TokenIdentity("", SESSION, "", 0));
    assertAlive(new TokenIdentity("", "", USER, 0));
    assertThat(blacklist.reasonFor("")).isEmpty();
  }

  @Test
  void whenAnIdIsThatOfAnotherKind_thenItIsNotMeant() {
    blacklist.add(Entry.ofSession(TOKEN, clock.second(), Reason.LOGOUT, inSeconds(300)));
    blacklist.add(Entry.ofAccessToken(SESSION, Reason.LOGOUT, inSeconds(300)));
    blacklist.add(Entry.ofUser(SESSION, inSeconds(60), inSeconds(300)));
    blacklist.add(Entry.ofSession(USER, clock.second(), Reason.LOGOUT, inSeconds(300)));
    assertAlive(identity());
  }
}
