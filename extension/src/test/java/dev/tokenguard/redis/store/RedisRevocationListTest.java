package dev.tokenguard.redis.store;

import static dev.tokenguard.redis.TestRedis.JEDIS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tokenguard.redis.RecordedTelemetry;
import dev.tokenguard.redis.TestRedis;
import dev.tokenguard.redis.connection.Redis;
import dev.tokenguard.redis.connection.RedisTelemetry.Failure;
import dev.tokenguard.redis.connection.RedisTelemetry.Operation;
import dev.tokenguard.revocation.Revocation.Reason;
import dev.tokenguard.revocation.RevocationList;
import dev.tokenguard.revocation.RevocationList.Entry;
import dev.tokenguard.revocation.RevocationList.Hit;
import dev.tokenguard.revocation.RevocationList.TokenIdentity;
import dev.tokenguard.revocation.RevocationScope;
import dev.tokenguard.rotation.StoreUnavailableException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The rules of the list, what it leaves in Redis, and values that others have written. */
final class RedisRevocationListTest {

  private static final RecordedTelemetry TELEMETRY = new RecordedTelemetry();

  /** Up to here the numbers of Lua have no gaps. */
  private static final long LARGEST = 1L << 53;

  private static Redis redis;

  private final long now = Instant.now().getEpochSecond();
  private final long later = now + 300;
  private final RevocationList list = TestRedis.blacklist(redis);

  @BeforeAll
  static void connect() {
    redis = TestRedis.open(TELEMETRY);
  }

  @AfterAll
  static void close() {
    redis.close();
  }

  @BeforeEach
  void clear() {
    JEDIS.flushAll();
    TELEMETRY.answered.clear();
    TELEMETRY.failed.clear();
  }

  private static Entry token(Reason reason, long expiresAt) {
    return Entry.ofAccessToken("t1", reason, expiresAt);
  }

  private static Entry session(long cutoff, Reason reason, long expiresAt) {
    return Entry.ofSession("s1", cutoff, reason, expiresAt);
  }

  private static Entry user(long issuedBefore, long expiresAt) {
    return Entry.ofUser("u1", issuedBefore, expiresAt);
  }

  private List<Entry> oneOfEachScope(long expiresAt) {
    return List.of(
        token(Reason.REVOKED, expiresAt),
        session(now, Reason.LOGOUT, expiresAt),
        user(now, expiresAt));
  }

  private static TokenIdentity issuedAt(long second) {
    return new TokenIdentity("t1", "s1", "u1", second);
  }

  private void assertHit(TokenIdentity token, RevocationScope scope, String reason) {
    assertThat(list.find(token)).contains(new Hit(scope, reason));
  }

  private void assertNoHit(TokenIdentity token) {
    assertThat(list.find(token)).isEmpty();
    assertThat(list.reasonFor(token.id())).isEmpty();
  }

  /** By the key that the documentation for resource servers names; -2 without one, -1 for ever. */
  private static long expiryOf(Entry entry) {
    Map<RevocationScope, String> prefixes =
        Map.of(
            RevocationScope.ACCESS_TOKEN, "tg:at:",
            RevocationScope.SESSION, "tg:sid:",
            RevocationScope.USER, "tg:sub:");
    return JEDIS.expireTime(prefixes.get(entry.scope()) + entry.id());
  }

  private static void assertStored(String key, String value, long expiresAt) {
    assertThat(JEDIS.get(key)).isEqualTo(value);
    assertThat(JEDIS.expireTime(key)).isEqualTo(expiresAt);
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
  void given_entries_then_the_narrowest_that_covers_the_token_is_found(
      String entries, String claims, long seconds, String expected) {
    oneOfEachScope(later).stream()
        .filter(it -> entries.contains(it.id().substring(0, 1).toUpperCase(Locale.ROOT)))
        .forEach(list::add);
    TokenIdentity token =
        new TokenIdentity(
            claim(claims.charAt(0), "t1"),
            claim(claims.charAt(1), "s1"),
            claim(claims.charAt(2), "u1"),
            now + seconds);
    assertThat(list.find(token).map(it -> (it.scope() + " " + it.reason()).trim()).orElse(null))
        .isEqualTo(expected);
    assertThat(list.reasonFor("t1").isPresent()).isEqualTo(entries.contains("T"));
  }

  private static String claim(char how, String value) {
    return how == '-' ? "" : how == '?' ? "another" : value;
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
  void given_any_id_then_its_entries_are_found_and_no_others(String id) {
    list.add(Entry.ofUser(id, now, later));
    assertHit(new TokenIdentity("x", "x", id, 0), RevocationScope.USER, "");
    list.add(Entry.ofSession(id, now, Reason.LOGOUT, later));
    assertHit(new TokenIdentity("x", id, "x", 0), RevocationScope.SESSION, "logout");
    list.add(Entry.ofAccessToken(id, Reason.REVOKED, later));
    assertHit(new TokenIdentity(id, "x", "x", 0), RevocationScope.ACCESS_TOKEN, "revoked");
    for (String other : List.of("x", id + "x", " " + id + " ")) {
      assertNoHit(new TokenIdentity(other, other, other, 0));
    }
  }

  @Test
  void given_entries_then_each_has_its_expiry_and_only_the_first_is_new() {
    List<Entry> entries = new ArrayList<>(oneOfEachScope(later));
    for (int number = 0; number < 100; number++) {
      entries.add(Entry.ofAccessToken("t" + number, Reason.ROTATED, later + number));
    }
    assertThat(list.add(entries.get(0))).isTrue();
    list.addAll(entries.subList(1, entries.size()));
    assertThat(entries.subList(2, entries.size()))
        .allMatch(entry -> expiryOf(entry) == Math.max(entry.expiresAt(), later))
        .noneMatch(list::add);
  }

  /** A lifespan of zero, or a clock that was never set. */
  @ParameterizedTest
  @ValueSource(longs = {1_700_000_000, 1, 0, -1})
  void given_an_entry_that_has_expired_then_nothing_is_left_and_the_next_one_is_new(long past) {
    for (Entry entry : oneOfEachScope(past)) {
      assertThat(list.add(entry)).isTrue();
      assertThat(expiryOf(entry)).isEqualTo(-2);
      assertThat(list.add(entry)).isTrue();
    }
  }

  /** By the clock of the node that has dated the entry, it has expired. */
  @Test
  void given_a_min_ttl_then_the_clock_of_redis_counts_and_a_later_expiry_stays() {
    list.add(session(now, Reason.LOGOUT, now - 1_200).withMinTtl(900));
    assertHit(issuedAt(now), RevocationScope.SESSION, "logout");
    list.add(user(1, now - 1_200).withMinTtl(900));
    assertThat(JEDIS.ttl("tg:sub:u1")).isBetween(890L, 900L);
    list.add(user(2, later + 1_200).withMinTtl(300));
    assertStored("tg:sub:u1", "2", later + 1_200);
  }

  @Test
  void given_another_reason_later_then_the_first_stays_and_the_later_expiry() {
    list.add(token(Reason.REUSED, later));
    list.addAll(List.of(token(Reason.LOGOUT, later + 600), token(Reason.ROTATED, later)));
    list.add(session(now, Reason.USER_DELETED, later));
    list.add(session(now, Reason.LOGOUT, later + 600));
    list.add(user(now, later + 600));
    for (long shorter : new long[] {later, now - 100_000, 1, 0, -1}) {
      list.addAll(oneOfEachScope(shorter));
    }
    assertStored("tg:at:t1", "reused", later + 600);
    assertStored("tg:sid:s1", now + " user-deleted", later + 600);
    assertStored("tg:sub:u1", "" + now, later + 600);
  }

  /** Compared as texts, 9 would be larger than 10. */
  @ParameterizedTest
  @ValueSource(longs = {0, 1_795_000_000})
  void given_several_cutoffs_then_the_latest_stays_with_its_reason(long base) {
    list.add(session(base + 10, Reason.LOGOUT, later));
    list.add(session(base + 9, Reason.REVOKED, later));
    assertStored("tg:sid:s1", base + 10 + " logout", later);
    list.add(session(base + 100, Reason.USER_DISABLED, now + 100));
    assertStored("tg:sid:s1", base + 100 + " user-disabled", later);
    assertThat(list.add(user(base + 1009, later))).isTrue();
    assertThat(list.add(user(base + 1010, later))).isFalse();
    assertThat(list.add(user(base + 1009, later + 600))).isFalse();
    assertStored("tg:sub:u1", "" + (base + 1010), later + 600);
  }

  @Test
  void given_expiries_of_a_realm_then_the_latest_stays_until_then() {
    assertThat(list.latestExpiry("realm")).isZero();
    assertThat(list.raiseLatestExpiry("realm", now + 1_000)).isEqualTo(now + 1_000);
    assertThat(list.raiseLatestExpiry("realm", now + 2_000)).isEqualTo(now + 2_000);
    assertThat(list.raiseLatestExpiry("realm", now + 1_000)).isEqualTo(now + 2_000);
    assertThat(list.raiseLatestExpiry("past", now - 1)).isZero();
    assertThat(list.latestExpiry("realm")).isEqualTo(now + 2_000);
    assertThat(JEDIS.ttl("tg:exp:{realm}")).isBetween(1_990L, 2_000L);
  }

  @ParameterizedTest
  @ValueSource(strings = {"soon", "", "12 o'clock"})
  void given_a_latest_expiry_of_others_then_none_is_known_and_the_next_one_replaces_it(
      String foreign) {
    JEDIS.set("tg:exp:{realm}", foreign);
    assertThat(list.latestExpiry("realm")).isZero();
    assertThat(list.raiseLatestExpiry("realm", later)).isEqualTo(later);
    assertThat(list.latestExpiry("realm")).isEqualTo(later);
  }

  @Test
  void given_a_lookup_then_it_is_one_command() {
    list.find(issuedAt(100));
    list.reasonFor("t1");
    assertThat(TELEMETRY.answered)
        .containsExactly(Operation.BLACKLIST_FIND, Operation.BLACKLIST_FIND);
  }

  @ParameterizedTest
  @ValueSource(strings = {"soon", "", " 50", "1e9", "50.0", "0x10", "99999999999999999999", "nan"})
  void given_a_cutoff_that_is_not_a_number_then_it_covers_all_tokens(String foreign) {
    JEDIS.set("tg:sub:u1", foreign);
    assertHit(issuedAt(100), RevocationScope.USER, "");
    JEDIS.set("tg:sid:s1", foreign + " x");
    assertThat(list.find(issuedAt(100))).map(Hit::scope).contains(RevocationScope.SESSION);
  }

  /** Until then it covers all tokens of the user, so it must not stay. */
  @ParameterizedTest
  @ValueSource(strings = {"", "soon", "x12 o'clock", "76"})
  void given_a_value_of_others_then_a_cutoff_replaces_it(String foreign) {
    JEDIS.set("tg:sub:u1", foreign);
    assertThat(list.add(user(77, later))).isFalse();
    assertStored("tg:sub:u1", "77", later);
  }

  @Test
  void given_a_reason_of_others_then_it_stays_and_gets_an_expiry() {
    JEDIS.set("tg:at:t1", "9 by hand");
    assertThat(list.add(token(Reason.REVOKED, later))).isFalse();
    assertThat(list.reasonFor("t1")).contains("9 by hand");
    assertStored("tg:at:t1", "9 by hand", later);
  }

  @Test
  void given_large_numbers_then_no_digit_is_lost() {
    long almost = LARGEST - 1;
    for (long cutoff : new long[] {almost - 1, almost, almost - 1}) {
      list.add(user(cutoff, cutoff));
    }
    assertStored("tg:sub:u1", "" + almost, almost);
    list.add(Entry.ofUser("u2", 100_000_000_000_000L, later));
    list.add(Entry.ofUser("u2", 1, later));
    assertStored("tg:sub:u2", "100000000000000", later);
  }

  private void assertRejected(Operation operation, Runnable action) {
    TELEMETRY.failed.clear();
    assertThatThrownBy(action::run).isInstanceOf(StoreUnavailableException.class);
    assertThat(TELEMETRY.failed)
        .singleElement()
        .returns(operation, RecordedTelemetry.Failed::operation)
        .returns(Failure.REJECTED, RecordedTelemetry.Failed::failure)
        .matches(failed -> failed.message().startsWith("WRONGTYPE"));
  }

  /** {@code MGET} ignores what is not a string; the other keys count all the same. */
  @Test
  void given_a_key_of_another_type_then_it_stays_and_it_is_rejected_or_ignored() {
    JEDIS.hset("tg:at:t1", "mine", "yes");
    JEDIS.hset("tg:sub:u1", "mine", "yes");
    Entry token = token(Reason.REVOKED, later);
    assertRejected(Operation.BLACKLIST_ADD, () -> list.add(token));
    assertRejected(Operation.BLACKLIST_ADD, () -> list.add(user(77, later)));
    assertRejected(Operation.BLACKLIST_FIND, () -> list.reasonFor("t1"));
    Entry session = session(100, Reason.LOGOUT, later);
    assertRejected(Operation.BLACKLIST_ADD, () -> list.addAll(List.of(token, session)));
    assertHit(issuedAt(100), RevocationScope.SESSION, "logout");
    assertThat(JEDIS.hgetAll("tg:at:t1")).isEqualTo(Map.of("mine", "yes"));
    assertThat(expiryOf(token)).isEqualTo(-1);
  }
}
