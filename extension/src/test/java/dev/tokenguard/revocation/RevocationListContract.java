package dev.tokenguard.revocation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tokenguard.revocation.Revocation.Reason;
import dev.tokenguard.revocation.RevocationList.Entry;
import dev.tokenguard.revocation.RevocationList.Hit;
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
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The rules for each {@link RevocationList}. A subclass opens the list, empty. */
public abstract class RevocationListContract {

  private static final String TOKEN = "onrtrt:85a8accf-96af-8cd1-ad0f-63095abe4cb6";
  private static final String SESSION = "1c9e6679-7425-40de-944b-e07fc1f90ae7";
  private static final String USER = "5f0c8b7e-0000-4000-8000-00000000a11c";
  private static final int THREADS = 50;

  private final TestClock clock = TestClock.started();
  private final long now = clock.second();
  private final long later = now + 300;
  private RevocationList list;

  /** An empty list. It uses this clock, or real time, at which the clock begins. */
  protected abstract RevocationList open(TestClock clock);

  /** The expiry of the entry with this scope and id, seconds since the epoch; empty without one. */
  protected abstract OptionalLong livesUntil(Entry entry);

  @BeforeEach
  void open() {
    list = open(clock);
  }

  private static Entry token(Reason reason, long expiresAt) {
    return Entry.ofAccessToken(TOKEN, reason, expiresAt);
  }

  private static Entry session(long cutoff, Reason reason, long expiresAt) {
    return Entry.ofSession(SESSION, cutoff, reason, expiresAt);
  }

  private static Entry user(long issuedBefore, long expiresAt) {
    return Entry.ofUser(USER, issuedBefore, expiresAt);
  }

  private List<Entry> oneOfEachScope(long expiresAt) {
    return List.of(
        token(Reason.REVOKED, expiresAt),
        session(now, Reason.LOGOUT, expiresAt),
        user(now, expiresAt));
  }

  private static TokenIdentity issuedAt(long second) {
    return new TokenIdentity(TOKEN, SESSION, USER, second);
  }

  private void assertHit(TokenIdentity token, RevocationScope scope, String reason) {
    assertThat(list.find(token)).contains(new Hit(scope, reason));
  }

  private void assertNoHit(TokenIdentity token) {
    assertThat(list.find(token)).isEmpty();
  }

  /**
   * The entries, by T, S and U; the claims of a token, with ? for another value and - for a missing
   * one; its {@code iat} after the cut-off; the entry that is found. Keycloak counts an {@code iat}
   * in seconds, and a user can log in again in the second of the cut-off.
   */
  @ParameterizedTest
  @CsvSource({
    "'',  TSU, -9, ",
    "T,   TSU, 9,  ACCESS_TOKEN revoked",
    "T,   ?SU, -9, ",
    "S,   TSU, -9, SESSION logout",
    "S,   TSU, 0,  SESSION logout",
    "S,   TSU, 1,  ",
    "S,   T?U, -9, ",
    "U,   TSU, -9, USER",
    "U,   TSU, -1, USER",
    "U,   TSU, 0,  ",
    "U,   TS?, -9, ",
    "TSU, TSU, -1, ACCESS_TOKEN revoked",
    "TSU, -SU, -1, SESSION logout",
    "SU,  TSU, -1, SESSION logout",
    "TSU, --U, -1, USER",
    "TSU, T--, -1, ACCESS_TOKEN revoked",
    "TSU, ---, -1, ",
  })
  void givenEntries_thenTheNarrowestThatCoversTheTokenIsFound(
      String entries, String claims, long seconds, String expected) {
    list.addAll(
        oneOfEachScope(later).stream()
            .filter(
                it -> entries.contains(it.scope().name().replace("ACCESS_", "").substring(0, 1)))
            .toList());
    TokenIdentity token =
        new TokenIdentity(
            claim(claims.charAt(0), TOKEN),
            claim(claims.charAt(1), SESSION),
            claim(claims.charAt(2), USER),
            now + seconds);
    String found = list.find(token).map(it -> it.scope() + " " + it.reason()).orElse("").trim();
    assertThat(found).isEqualTo(expected == null ? "" : expected);
    assertThat(list.reasonFor(TOKEN).isPresent()).isEqualTo(entries.contains("T"));
  }

  private static String claim(char how, String value) {
    return how == '-' ? "" : how == '?' ? "another" : value;
  }

  /** Else one entry by mistake would revoke all tokens that lack the claim. */
  @Test
  void givenEntriesWithoutAnId_thenTokensWithoutTheClaimAreNotRevoked() {
    list.addAll(
        List.of(
            Entry.ofAccessToken("", Reason.REVOKED, later),
            Entry.ofSession("", now, Reason.REVOKED, later),
            Entry.ofUser("", now + 60, later)));
    assertNoHit(new TokenIdentity("", "", "", 0));
    assertThat(list.reasonFor("")).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        " ",
        "tg:sid:",
        "a{b}c}{",
        "*a?[b]\\",
        "%00 nul\0nul new\r\nline",
        "\"quoted\"",
        "Zoë \uD83D\uDD11 字"
      })
  void givenAnyId_thenItsEntriesAreFoundAndNoOthers(String id) {
    assertThat(list.add(Entry.ofUser(id, now, later))).isTrue();
    assertHit(new TokenIdentity(TOKEN, SESSION, id, 0), RevocationScope.USER, "");
    assertThat(list.add(Entry.ofSession(id, now, Reason.LOGOUT, later))).isTrue();
    assertHit(new TokenIdentity(TOKEN, id, USER, 0), RevocationScope.SESSION, "logout");
    assertThat(list.add(Entry.ofAccessToken(id, Reason.REVOKED, later))).isTrue();
    assertHit(new TokenIdentity(id, SESSION, USER, 0), RevocationScope.ACCESS_TOKEN, "revoked");
    assertThat(livesUntil(Entry.ofSession(id, 0, Reason.LOGOUT, 0))).hasValue(later);
    assertNoHit(new TokenIdentity("x", "x", "x", 0));
    for (String other : List.of(id + "x", " " + id + " ")) {
      assertNoHit(new TokenIdentity(other, other, other, 0));
      assertThat(list.reasonFor(other)).isEmpty();
    }
  }

  @Test
  void givenEntries_thenEachLivesAsLongAsItSaysAndOnlyTheFirstIsNew() {
    List<Entry> entries = new ArrayList<>(oneOfEachScope(later));
    for (int number = 0; number < 100; number++) {
      entries.add(Entry.ofAccessToken("t" + number, Reason.ROTATED, later + number));
    }
    assertThat(list.add(entries.get(0))).isTrue();
    list.addAll(entries);
    for (Entry entry : entries) {
      assertThat(livesUntil(entry)).hasValue(entry.expiresAt());
      assertThat(list.add(entry)).isFalse();
    }
  }

  /** A lifespan of zero, or a clock that was never set. */
  @ParameterizedTest
  @ValueSource(longs = {1_700_000_000, 1, 0, -1})
  void givenAnEntryThatHasExpired_thenNothingIsLeft(long past) {
    for (Entry entry : oneOfEachScope(past)) {
      assertThat(list.add(entry)).isTrue();
      assertThat(livesUntil(entry)).isEmpty();
      assertThat(list.add(entry)).isTrue();
    }
    assertNoHit(issuedAt(0));
    assertThat(list.reasonFor(TOKEN)).isEmpty();
  }

  /** By the clock of the node that has dated it, it has expired. */
  @Test
  void givenANodeWhoseClockIsBehind_thenAnEntryLivesForItsMinTtl() {
    list.add(session(now, Reason.LOGOUT, now - 1200).withMinTtl(900));
    assertHit(issuedAt(now), RevocationScope.SESSION, "logout");
    list.add(user(now + 60, now - 1200).withMinTtl(900));
    assertHit(new TokenIdentity(TOKEN, "", USER, now), RevocationScope.USER, "");
  }

  @Test
  void givenAnotherReasonLater_thenTheFirstStaysAndTheLongerLife() {
    list.add(token(Reason.REUSED, later));
    list.addAll(List.of(token(Reason.LOGOUT, later + 600), token(Reason.ROTATED, later)));
    assertThat(list.reasonFor(TOKEN)).contains("reused");
    list.addAll(
        List.of(
            session(now, Reason.USER_DELETED, later), session(now, Reason.LOGOUT, later + 600)));
    assertHit(new TokenIdentity("", SESSION, "", now), RevocationScope.SESSION, "user-deleted");
    list.add(user(now, later + 600));
    for (long shorter : new long[] {later, now - 100_000, 1, 0, -1}) {
      list.addAll(oneOfEachScope(shorter));
    }
    assertThat(oneOfEachScope(0))
        .allSatisfy(entry -> assertThat(livesUntil(entry)).hasValue(later + 600));
  }

  /** Compared as texts, 9 would be larger than 10. */
  @ParameterizedTest
  @ValueSource(longs = {0, 1_795_000_000})
  void givenSeveralCutoffs_thenTheLatestStaysWithItsReason(long base) {
    list.add(session(base + 10, Reason.LOGOUT, later));
    list.add(session(base + 9, Reason.REVOKED, later));
    assertHit(issuedAt(base + 10), RevocationScope.SESSION, "logout");
    list.add(session(base + 100, Reason.USER_DISABLED, now + 100));
    assertHit(issuedAt(base + 100), RevocationScope.SESSION, "user-disabled");
    assertNoHit(issuedAt(base + 101));
    assertThat(livesUntil(session(0, Reason.LOGOUT, 0))).hasValue(later);

    assertThat(list.add(user(base + 1009, later))).isTrue();
    assertThat(list.add(user(base + 1010, later))).isFalse();
    assertThat(list.add(user(base + 1009, later + 600))).isFalse();
    assertHit(issuedAt(base + 1009), RevocationScope.USER, "");
    assertNoHit(issuedAt(base + 1010));
    assertThat(livesUntil(user(0, 0))).hasValue(later + 600);
  }

  /** An action token that is used up by this list must not be used twice. */
  @Test
  void givenManyWhoAddTheSameAtOnce_thenExactlyOneIsTheFirst() throws Exception {
    for (Entry entry : oneOfEachScope(later)) {
      assertThat(atOnce(() -> list.add(entry))).containsOnlyOnce(true).hasSize(THREADS);
    }
  }

  @Test
  void givenManyCutoffsAtOnce_thenTheLatestSecondAndTheLongestLifeStay() throws Exception {
    AtomicInteger thread = new AtomicInteger();
    Callable<Boolean> adding =
        () -> {
          int number = thread.incrementAndGet();
          return list.add(user(now + number, now + 1_000 - number));
        };
    assertThat(atOnce(adding)).containsOnlyOnce(true);
    assertHit(issuedAt(now + THREADS - 1), RevocationScope.USER, "");
    assertNoHit(issuedAt(now + THREADS));
    assertThat(livesUntil(user(0, 0))).hasValue(now + 999);
  }

  private static <T> List<T> atOnce(Callable<T> task) throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(THREADS);
    CyclicBarrier start = new CyclicBarrier(THREADS);
    try {
      List<Future<T>> running =
          IntStream.range(0, THREADS)
              .mapToObj(
                  it ->
                      threads.submit(
                          () -> {
                            start.await();
                            return task.call();
                          }))
              .toList();
      List<T> results = new ArrayList<>();
      for (Future<T> each : running) {
        results.add(each.get());
      }
      return results;
    } finally {
      threads.shutdownNow();
    }
  }

  @Test
  void givenExpiriesOfARealm_thenTheLatestStays() {
    assertThat(list.latestExpiry("realm")).isZero();
    assertThat(list.raiseLatestExpiry("realm", now + 1_000)).isEqualTo(now + 1_000);
    assertThat(list.raiseLatestExpiry("realm", now + 2_000)).isEqualTo(now + 2_000);
    assertThat(list.raiseLatestExpiry("realm", now + 1_000)).isEqualTo(now + 2_000);
    assertThat(list.raiseLatestExpiry("realm", now - 1)).isEqualTo(now + 2_000);
    assertThat(list.latestExpiry("realm")).isEqualTo(now + 2_000);
    assertThat(list.latestExpiry("another")).isZero();
  }
}
