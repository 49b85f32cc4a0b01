package dev.tokenguard.revocation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tokenguard.revocation.RevocationList.Entry;
import dev.tokenguard.revocation.RevocationList.Hit;
import dev.tokenguard.revocation.RevocationList.TokenIdentity;
import dev.tokenguard.rotation.TestClock;
import java.util.OptionalLong;
import java.util.function.Function;

/** What the groups of rules share: a blacklist, its clock, and words for what is expected. */
abstract class BlacklistRules {

  protected static final String TOKEN = "onrtrt:85a8accf-96af-8cd1-ad0f-63095abe4cb6";
  protected static final String SESSION = "1c9e6679-7425-40de-944b-e07fc1f90ae7";
  protected static final String USER = "5f0c8b7e-0000-4000-8000-00000000a11c";

  protected final TestClock clock = TestClock.started();
  protected final RevocationList blacklist;
  private final Function<Entry, OptionalLong> life;

  BlacklistRules(Function<TestClock, RevocationList> opening, Function<Entry, OptionalLong> life) {
    this.blacklist = opening.apply(clock);
    this.life = life;
  }

  protected final long inSeconds(long seconds) {
    return clock.second() + seconds;
  }

  protected final Entry token(Reason reason, long expiresAt) {
    return Entry.ofAccessToken(TOKEN, reason, expiresAt);
  }

  protected final Entry session(Reason reason, long expiresAt) {
    return Entry.ofSession(SESSION, clock.second(), reason, expiresAt);
  }

  protected final Entry user(long issuedBefore, long expiresAt) {
    return Entry.ofUser(USER, issuedBefore, expiresAt);
  }

  /** The token that all entries of these rules are about, issued just now. */
  protected final TokenIdentity identity() {
    return issuedAt(clock.second());
  }

  protected final TokenIdentity issuedAt(long second) {
    return new TokenIdentity(TOKEN, SESSION, USER, second);
  }

  protected final void assertKilled(TokenIdentity token, RevocationScope kind, String reason) {
    assertThat(blacklist.find(token)).contains(new Hit(kind, reason));
  }

  protected final void assertAlive(TokenIdentity token) {
    assertThat(blacklist.find(token)).isEmpty();
  }

  protected final void assertLivesUntil(Entry entry, long second) {
    assertThat(life.apply(entry)).hasValue(second);
  }

  protected final void assertGone(Entry entry) {
    assertThat(life.apply(entry)).isEmpty();
  }
}
