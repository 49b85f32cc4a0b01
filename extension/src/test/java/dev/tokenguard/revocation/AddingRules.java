package dev.tokenguard.revocation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tokenguard.revocation.RevocationList.Entry;
import dev.tokenguard.revocation.RevocationList.TokenIdentity;
import dev.tokenguard.rotation.TestClock;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;

/** Who is told to be the first, and how long an entry lives. */
abstract class AddingRules extends BlacklistRules {

  private static final int THREADS = 50;

  AddingRules(Function<TestClock, RevocationList> opening, Function<Entry, OptionalLong> life) {
    super(opening, life);
  }

  private List<Entry> oneOfEachKind(long expiresAt) {
    return List.of(
        token(Reason.REVOKED, expiresAt),
        session(Reason.LOGOUT, expiresAt),
        user(clock.second(), expiresAt));
  }

  @Test
  void whenAnEntryIsAdded_thenOnlyTheFirstIsToldSo() {
    for (Entry entry : oneOfEachKind(inSeconds(300))) {
      assertThat(blacklist.add(entry)).isTrue();
      assertThat(blacklist.add(entry)).isFalse();
      assertThat(blacklist.add(entry)).isFalse();
    }
  }

  /** An action token that is used up by this list must not be used twice. */
  @RepeatedTest(5)
  void whenFiftyAddTheSameAtOnce_thenExactlyOneIsToldToBeTheFirst() throws Exception {
    for (Entry entry : oneOfEachKind(inSeconds(300))) {
      assertThat(atOnce(() -> blacklist.add(entry))).containsOnlyOnce(true).hasSize(THREADS);
    }
  }

  @RepeatedTest(5)
  void whenFiftyCutAUserOffAtOnce_thenTheLatestSecondAndTheLongestLifeStand() throws Exception {
    AtomicInteger thread = new AtomicInteger();
    long now = clock.second();
    assertThat(
            atOnce(
                () -> {
                  int number = thread.incrementAndGet();
                  return blacklist.add(user(now + number, now + 1_000 - number));
                }))
        .containsOnlyOnce(true);
    assertKilled(issuedAt(now + THREADS - 1), RevocationScope.USER, "");
    assertAlive(issuedAt(now + THREADS));
    assertLivesUntil(user(0, 0), now + 999);
  }

  private static <T> List<T> atOnce(Callable<T> task) throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(THREADS);
    try {
      CyclicBarrier start = new CyclicBarrier(THREADS);
      Callable<T> together =
          () -> {
            start.await();
            return task.call();
          };
      List<T> results = new ArrayList<>();
      for (Future<T> future :
          threads.invokeAll(Stream.generate(() -> together).limit(THREADS).toList())) {
        results.add(future.get());
      }
      return results;
    } finally {
      threads.shutdownNow();
    }
  }

  @Test
  void whenKindsShareAnId_thenTheyAreEntriesOfTheirOwn() {
    long later = inSeconds(300);
    assertThat(blacklist.add(Entry.ofAccessToken("same", Reason.REVOKED, later))).isTrue();
    assertThat(blacklist.add(Entry.ofSession("same", clock.second(), Reason.REVOKED, later)))
        .isTrue();
    assertThat(blacklist.add(Entry.ofUser("same", clock.second(), later))).isTrue();
  }

  @Test
  void whenAnEntryIsAdded_thenItLivesAsLongAsItSays() {
    for (Entry entry : oneOfEachKind(inSeconds(300))) {
      blacklist.add(entry);
      assertLivesUntil(entry, inSeconds(300));
    }
  }

  @Test
  void whenAnEntryHasExpiredBefore_thenItLeavesNothing() {
    for (Entry entry : oneOfEachKind(inSeconds(-100_000))) {
      assertThat(blacklist.add(entry)).isTrue();
      assertGone(entry);
      assertThat(blacklist.add(entry)).isTrue();
    }
    assertAlive(issuedAt(0));
    assertThat(blacklist.reasonFor(TOKEN)).isEmpty();
  }

  @Test
  void whenTheClockThatItWasDatedByIsBehind_thenItLivesForItsLeastLife() {
    long past = inSeconds(-1200);
    blacklist.add(Entry.ofSession(SESSION, clock.second(), Reason.LOGOUT, past).withMinTtl(900));
    assertKilled(identity(), RevocationScope.SESSION, "logout");
    blacklist.add(Entry.ofUser(USER, inSeconds(60), past).withMinTtl(900));
    assertKilled(new TokenIdentity(TOKEN, "", USER, clock.second()), RevocationScope.USER, "");
  }

  /** A lifespan of zero, or a clock that was never set. */
  @Test
  void whenAnEntryExpiresAtTheBeginOfTime_thenItLeavesNothing() {
    for (long second : new long[] {1, 0, -1}) {
      for (Entry entry : oneOfEachKind(second)) {
        assertThat(blacklist.add(entry)).isTrue();
        assertGone(entry);
      }
    }
  }

  @Test
  void whenManyAreAdded_thenEachIsThere() {
    List<Entry> entries = new ArrayList<>(oneOfEachKind(inSeconds(300)));
    for (int number = 0; number < 100; number++) {
      entries.add(Entry.ofAccessToken("t" + number, Reason.ROTATED, inSeconds(300 + number)));
    }
    blacklist.addAll(entries);
    for (Entry entry : entries) {
      assertLivesUntil(entry, entry.expiresAt());
      assertThat(blacklist.add(entry)).isFalse();
    }
  }

  @Test
  void whenManyAreAdded_thenTheSameTwiceIsOne() {
    blacklist.addAll(
        List.of(
            token(Reason.REUSED, inSeconds(300)),
            token(Reason.REUSED, inSeconds(300)),
            token(Reason.LOGOUT, inSeconds(600))));
    assertThat(blacklist.reasonFor(TOKEN)).contains("reused");
    assertLivesUntil(token(Reason.REUSED, 0), inSeconds(600));
  }

  @Test
  void whenNoneIsAdded_thenNothingHappens() {
    blacklist.addAll(List.of());
    assertAlive(identity());
  }
}
