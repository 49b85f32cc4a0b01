package dev.tokenguard.revocation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tokenguard.revocation.RevocationList.Entry;
import dev.tokenguard.rotation.TestClock;
import java.util.List;
import java.util.OptionalLong;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

/** An entry that stands is never weakened, whichever way the other comes. */
abstract class StrengtheningRules extends BlacklistRules {

  StrengtheningRules(
      Function<TestClock, RevocationList> opening, Function<Entry, OptionalLong> life) {
    super(opening, life);
  }

  @Test
  void whenAnotherReasonComesLater_thenTheFirstOneStands() {
    blacklist.add(token(Reason.REUSED, inSeconds(300)));
    blacklist.add(token(Reason.LOGOUT, inSeconds(900)));
    assertThat(blacklist.reasonFor(TOKEN)).contains("reused");
    blacklist.addAll(
        List.of(
            session(Reason.USER_DELETED, inSeconds(300)), session(Reason.LOGOUT, inSeconds(900))));
    assertKilled(withoutId(), RevocationScope.SESSION, "user-deleted");
  }

  private RevocationList.TokenIdentity withoutId() {
    return new RevocationList.TokenIdentity("", SESSION, USER, clock.second());
  }

  @Test
  void whenALongerLifeComesLater_thenItIsTaken() {
    blacklist.add(token(Reason.REUSED, inSeconds(300)));
    blacklist.add(token(Reason.LOGOUT, inSeconds(900)));
    assertLivesUntil(token(Reason.REUSED, 0), inSeconds(900));
    blacklist.addAll(
        List.of(session(Reason.REUSED, inSeconds(300)), session(Reason.LOGOUT, inSeconds(900))));
    assertLivesUntil(session(Reason.REUSED, 0), inSeconds(900));
  }

  @Test
  void whenAShorterLifeComesLater_thenTheLongerOneStands() {
    for (long shorter : new long[] {inSeconds(300), inSeconds(-100_000), 1, 0, -1}) {
      blacklist.add(token(Reason.REUSED, inSeconds(900)));
      blacklist.add(token(Reason.LOGOUT, shorter));
      assertLivesUntil(token(Reason.REUSED, 0), inSeconds(900));
      blacklist.add(user(clock.second(), inSeconds(900)));
      blacklist.addAll(List.of(user(clock.second(), shorter)));
      assertLivesUntil(user(0, 0), inSeconds(900));
    }
  }

  @Test
  void whenALaterSecondComesLater_thenItIsTaken() {
    long second = clock.second();
    blacklist.add(user(second, inSeconds(300)));
    assertThat(blacklist.add(user(second + 10, inSeconds(300)))).isFalse();
    assertKilled(issuedAt(second + 9), RevocationScope.USER, "");
    assertAlive(issuedAt(second + 10));
  }

  @Test
  void whenAnEarlierSecondComesLater_thenTheLaterOneStands() {
    long second = clock.second();
    blacklist.add(user(second, inSeconds(300)));
    assertThat(blacklist.add(user(second - 10, inSeconds(900)))).isFalse();
    assertKilled(issuedAt(second - 1), RevocationScope.USER, "");
    assertLivesUntil(user(0, 0), inSeconds(900));
  }

  /** Compared as texts, 9 would be larger than 10. */
  @Test
  void whenSecondsHaveDifferentLengths_thenTheyAreComparedAsNumbers() {
    blacklist.add(user(9, inSeconds(300)));
    blacklist.add(user(10, inSeconds(300)));
    assertKilled(issuedAt(9), RevocationScope.USER, "");
    blacklist.add(user(9, inSeconds(300)));
    assertKilled(issuedAt(9), RevocationScope.USER, "");
    assertAlive(issuedAt(10));
  }
}
