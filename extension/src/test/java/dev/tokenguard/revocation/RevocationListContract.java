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
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What every {@link RevocationList} promises. One passes by a subclass that opens it, empty. */
public abstract class RevocationListContract {

  private static final String TOKEN = "onrtrt:85a8accf-96af-8cd1-ad0f-63095abe4cb6";
  private static final String SESSION = "1c9e6679-7425-40de-944b-e07fc1f90ae7";
  private static final String USER = "5f0c8b7e-0000-4000-8000-00000000a11c";
  private static final int THREADS = 50;

  private final TestClock clock = TestClock.started();
  private final long now = clock.second();
  private final long later = now + 300;
  private RevocationList list;

  /** Gives an empty list. It may go by the clock, or by real time: the clock begins there. */
  protected abstract RevocationList open(TestClock clock);

  /**
   * Until when the list opened last has an entry about the same, seconds since the epoch; empty
   * when it has none.
   */
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

  @Test
  void given_an_empty_list_then_nothing_is_revoked() {
    list.addAll(List.of());
    assertNoHit(issuedAt(0));
    assertThat(list.reasonFor(TOKEN)).isEmpty();
  }

  @Test
  void given_an_access_token_then_it_alone_is_revoked_for_its_reason() {
    list.add(token(Reason.PASSWORD_CHANGED, later));
    assertHit(issuedAt(now), RevocationScope.ACCESS_TOKEN, "password-changed");
    assertThat(list.reasonFor(TOKEN)).contains("password-changed");
    assertNoHit(new TokenIdentity("another", SESSION, USER, 0));
  }

  @Test
  void given_a_session_then_its_tokens_up_to_the_cutoff_are_revoked() {
    list.add(session(now, Reason.LOGOUT, later));
    assertHit(issuedAt(0), RevocationScope.SESSION, "logout");
    assertHit(issuedAt(now), RevocationScope.SESSION, "logout");
    assertNoHit(issuedAt(now + 1));
    assertNoHit(new TokenIdentity(TOKEN, "another", USER, 0));
    assertThat(list.reasonFor(TOKEN)).isEmpty();
  }

  /** Keycloak counts an {@code iat} in seconds, and a new login is good in the very same one. */
  @Test
  void given_a_user_then_tokens_issued_before_the_cutoff_are_revoked() {
    list.add(user(now, later));
    assertHit(issuedAt(0), RevocationScope.USER, "");
    assertHit(issuedAt(now - 1), RevocationScope.USER, "");
    assertNoHit(issuedAt(now));
    assertNoHit(new TokenIdentity(TOKEN, SESSION, "another", 0));
    assertThat(list.reasonFor(TOKEN)).isEmpty();
  }

  /** The token of a service account has no session. */
  @Test
  void given_several_entries_then_the_narrowest_is_found_and_missing_claims_are_skipped() {
    list.add(user(now + 1, later));
    assertHit(issuedAt(now), RevocationScope.USER, "");
    assertHit(new TokenIdentity("", "", USER, 0), RevocationScope.USER, "");
    list.add(session(now, Reason.LOGOUT, later));
    assertHit(issuedAt(now), RevocationScope.SESSION, "logout");
    assertHit(new TokenIdentity("", SESSION, "", 0), RevocationScope.SESSION, "logout");
    list.add(token(Reason.REUSED, later));
    assertHit(issuedAt(now), RevocationScope.ACCESS_TOKEN, "reused");
    assertHit(new TokenIdentity(TOKEN, "", "", 0), RevocationScope.ACCESS_TOKEN, "reused");
    assertNoHit(new TokenIdentity("", "", "", 0));
  }

  /** Else one entry by mistake would revoke all tokens that lack the claim. */
  @Test
  void given_entries_without_an_id_then_tokens_without_the_claim_are_not_revoked() {
    list.addAll(
        List.of(
            Entry.ofAccessToken("", Reason.REVOKED, later),
            Entry.ofSession("", now, Reason.REVOKED, later),
            Entry.ofUser("", now + 60, later)));
    assertNoHit(new TokenIdentity("", "", "", 0));
    assertThat(list.reasonFor("")).isEmpty();
  }

  @Test
  void given_one_id_in_several_scopes_then_each_has_an_entry_of_its_own() {
    assertThat(list.add(Entry.ofAccessToken("same", Reason.REVOKED, later))).isTrue();
    assertThat(list.add(Entry.ofSession("same", now, Reason.REVOKED, later))).isTrue();
    assertThat(list.add(Entry.ofUser("same", now, later))).isTrue();
    assertHit(new TokenIdentity("x", "same", "x", 0), RevocationScope.SESSION, "revoked");
    assertHit(new TokenIdentity("x", "x", "same", 0), RevocationScope.USER, "");
    assertNoHit(new TokenIdentity("x", "x", "x", 0));
  }

  static Stream<String> oddIds() {
    return Stream.of(
        " ",
        ":",
        "tg:sid:",
        "a{b}c",
        "}{",
        "*",
        "a?[b]\\",
        "%00",
        "new\r\nline",
        "nul\0nul",
        "\"quoted\"",
        "f:3d2c1b0a-0000-4000-8000-000000000001:na:me{x} y",
        "Zoë \uD83D\uDD11 字",
        "字".repeat(1365));
  }

  @ParameterizedTest
  @MethodSource("oddIds")
  void given_any_id_then_its_entries_are_found_and_no_others(String id) {
    list.add(Entry.ofUser(id, now, later));
    assertHit(new TokenIdentity(TOKEN, SESSION, id, 0), RevocationScope.USER, "");
    list.add(Entry.ofSession(id, now, Reason.LOGOUT, later));
    assertHit(new TokenIdentity(TOKEN, id, USER, 0), RevocationScope.SESSION, "logout");
    list.add(Entry.ofAccessToken(id, Reason.REVOKED, later));
    assertHit(new TokenIdentity(id, SESSION, USER, 0), RevocationScope.ACCESS_TOKEN, "revoked");
    assertThat(livesUntil(Entry.ofSession(id, 0, Reason.LOGOUT, 0))).hasValue(later);
    for (String other : List.of(id + "x", " " + id + " ")) {
      assertNoHit(new TokenIdentity(other, other, other, 0));
      assertThat(list.reasonFor(other)).isEmpty();
    }
  }

  @Test
  void given_entries_then_each_lives_as_long_as_it_says_and_only_the_first_is_new() {
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
  void given_an_entry_that_has_expired_then_nothing_is_left(long past) {
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
  void given_a_node_whose_clock_is_behind_then_an_entry_lives_for_its_min_ttl() {
    list.add(session(now, Reason.LOGOUT, now - 1200).withMinTtl(900));
    assertHit(issuedAt(now), RevocationScope.SESSION, "logout");
    list.add(user(now + 60, now - 1200).withMinTtl(900));
    assertHit(new TokenIdentity(TOKEN, "", USER, now), RevocationScope.USER, "");
  }

  @Test
  void given_another_reason_later_then_the_first_stays_and_the_longer_life() {
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
  void given_several_cutoffs_then_the_latest_stays_with_its_reason(long base) {
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
  void given_many_who_add_the_same_at_once_then_exactly_one_is_the_first() throws Exception {
    for (Entry entry : oneOfEachScope(later)) {
      assertThat(atOnce(() -> list.add(entry))).containsOnlyOnce(true).hasSize(THREADS);
    }
  }

  @Test
  void given_many_cutoffs_at_once_then_the_latest_second_and_the_longest_life_stay()
      throws Exception {
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
  void given_expiries_of_a_realm_then_the_latest_stays() {
    assertThat(list.latestExpiry("realm")).isZero();
    assertThat(list.raiseLatestExpiry("realm", now + 1_000)).isEqualTo(now + 1_000);
    assertThat(list.raiseLatestExpiry("realm", now + 2_000)).isEqualTo(now + 2_000);
    assertThat(list.raiseLatestExpiry("realm", now + 1_000)).isEqualTo(now + 2_000);
    assertThat(list.raiseLatestExpiry("realm", now - 1)).isEqualTo(now + 2_000);
    assertThat(list.latestExpiry("realm")).isEqualTo(now + 2_000);
    assertThat(list.latestExpiry("another")).isZero();
  }
}
