package dev.tokenguard.revocation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tokenguard.revocation.Revocation.Reason;
import dev.tokenguard.revocation.RevocationList.Entry;
import dev.tokenguard.rotation.TestClock;
import java.time.Duration;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

/** The reference keeps the contract. */
final class InMemoryRevocationListTest extends RevocationListContract {

  private InMemoryRevocationList blacklist;

  @Override
  protected RevocationList open(TestClock clock) {
    blacklist = new InMemoryRevocationList(clock);
    return blacklist;
  }

  @Override
  protected OptionalLong livesUntil(Entry entry) {
    return blacklist.livesUntil(entry);
  }

  /** Redis does so by its own clock, which no test sets. */
  @Test
  void givenAnEntryThatHasExpired_thenTheNextOneIsNew() {
    TestClock clock = TestClock.started();
    RevocationList ended = open(clock);
    ended.add(Entry.ofAccessToken("t1", Reason.LOGOUT, clock.second() + 60));
    clock.advance(Duration.ofSeconds(59));
    assertThat(ended.reasonFor("t1")).contains("logout");
    clock.advance(Duration.ofSeconds(1));
    assertThat(ended.reasonFor("t1")).isEmpty();
    assertThat(ended.add(Entry.ofAccessToken("t1", Reason.REUSED, clock.second() + 60))).isTrue();
    assertThat(ended.reasonFor("t1")).contains("reused");
  }
}
