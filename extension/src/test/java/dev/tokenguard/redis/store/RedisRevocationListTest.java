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
import dev.tokenguard.revocation.RevocationListContract;
import dev.tokenguard.revocation.RevocationScope;
import dev.tokenguard.rotation.StoreUnavailableException;
import dev.tokenguard.rotation.TestClock;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import redis.clients.jedis.UnifiedJedis;

/** The contract on a real Redis, whose clock decides, and values that others have written. */
public final class RedisRevocationListTest extends RevocationListContract {

  private static final RecordedTelemetry TELEMETRY = new RecordedTelemetry();
  private static final TokenIdentity TOKEN = new TokenIdentity("t1", "s1", "u1", 100);

  /** Up to here the numbers of Lua have no gaps. */
  private static final long LARGEST = 1L << 53;

  private static Redis redis;

  private final long later = Instant.now().getEpochSecond() + 300;
  private final RevocationList own = TestRedis.blacklist(redis);

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
    TELEMETRY.answered.clear();
    TELEMETRY.failed.clear();
  }

  @Override
  protected RevocationList open(TestClock clock) {
    JEDIS.flushAll();
    return own;
  }

  @Override
  protected OptionalLong livesUntil(Entry entry) {
    return livesUntil(JEDIS, keyOf(entry));
  }

  /** The last second of all for a key without an expiry. */
  public static OptionalLong livesUntil(UnifiedJedis owner, String key) {
    long second = owner.expireTime(key);
    if (second == -2) {
      return OptionalLong.empty();
    }
    return OptionalLong.of(second == -1 ? Long.MAX_VALUE : second);
  }

  /** As the documentation for resource servers writes the keys. */
  public static String keyOf(Entry entry) {
    return Map.of(
                RevocationScope.ACCESS_TOKEN, "tg:at:",
                RevocationScope.SESSION, "tg:sid:",
                RevocationScope.USER, "tg:sub:")
            .get(entry.scope())
        + entry.id();
  }

  private Entry token() {
    return Entry.ofAccessToken("t1", Reason.REVOKED, later);
  }

  private static void assertStored(String key, String value, long expiresAt) {
    assertThat(JEDIS.get(key)).isEqualTo(value);
    assertThat(JEDIS.expireTime(key)).isEqualTo(expiresAt);
  }

  @Test
  void given_a_lookup_then_it_is_one_command() {
    own.find(TOKEN);
    own.reasonFor("t1");
    assertThat(TELEMETRY.answered)
        .containsExactly(Operation.BLACKLIST_FIND, Operation.BLACKLIST_FIND);
  }

  @Test
  void given_the_latest_expiry_of_a_realm_then_its_key_expires_then() {
    long now = Instant.now().getEpochSecond();
    own.raiseLatestExpiry("realm", now + 2_000);
    assertThat(JEDIS.ttl("tg:exp:{realm}")).isBetween(1_990L, 2_000L);
  }

  @Test
  void given_a_min_ttl_then_the_clock_of_redis_counts_and_a_later_expiry_stays() {
    own.add(Entry.ofUser("u1", 1, later - 1_200).withMinTtl(900));
    assertThat(JEDIS.ttl("tg:sub:u1")).isBetween(890L, 900L);
    own.add(Entry.ofUser("u1", 2, later + 1_200).withMinTtl(300));
    assertStored("tg:sub:u1", "2", later + 1_200);
  }

  @ParameterizedTest
  @ValueSource(strings = {"soon", "", " 50", "1e9", "50.0", "0x10", "99999999999999999999", "nan"})
  void given_a_cutoff_that_is_not_a_number_then_it_covers_all_tokens(String foreign) {
    JEDIS.set("tg:sub:u1", foreign);
    assertThat(own.find(TOKEN)).contains(new Hit(RevocationScope.USER, ""));
    JEDIS.set("tg:sid:s1", foreign + " x");
    assertThat(own.find(TOKEN)).map(Hit::scope).contains(RevocationScope.SESSION);
  }

  /** Until then it covers all tokens of the user, so it must not stay. */
  @ParameterizedTest
  @ValueSource(strings = {"", "soon", "x12 o'clock", "76"})
  void given_a_value_of_others_then_a_cutoff_replaces_it(String foreign) {
    JEDIS.set("tg:sub:u1", foreign);
    assertThat(own.add(Entry.ofUser("u1", 77, later))).isFalse();
    assertStored("tg:sub:u1", "77", later);
  }

  @Test
  void given_a_reason_of_others_then_it_stays_and_gets_an_expiry() {
    JEDIS.set("tg:at:t1", "9 by hand");
    assertThat(own.add(token())).isFalse();
    assertThat(own.reasonFor("t1")).contains("9 by hand");
    assertStored("tg:at:t1", "9 by hand", later);
  }

  @Test
  void given_large_numbers_then_no_digit_is_lost() {
    long almost = LARGEST - 1;
    for (long cutoff : new long[] {almost - 1, almost, almost - 1}) {
      own.add(Entry.ofUser("u1", cutoff, cutoff));
    }
    assertStored("tg:sub:u1", "" + almost, almost);
    own.add(Entry.ofUser("u2", 100_000_000_000_000L, later));
    own.add(Entry.ofUser("u2", 1, later));
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
    assertRejected(Operation.BLACKLIST_ADD, () -> own.add(token()));
    assertRejected(Operation.BLACKLIST_ADD, () -> own.add(Entry.ofUser("u1", 77, later)));
    assertRejected(Operation.BLACKLIST_FIND, () -> own.reasonFor("t1"));
    Entry session = Entry.ofSession("s1", 100, Reason.LOGOUT, later);
    assertRejected(Operation.BLACKLIST_ADD, () -> own.addAll(List.of(token(), session)));
    assertThat(own.find(TOKEN)).contains(new Hit(RevocationScope.SESSION, "logout"));
    assertThat(JEDIS.hgetAll("tg:at:t1")).isEqualTo(Map.of("mine", "yes"));
    assertThat(JEDIS.expireTime("tg:at:t1")).isEqualTo(-1);
  }
}
