package dev.tokenguard.redis.store;

import static dev.tokenguard.redis.TestRedis.JEDIS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tokenguard.redis.connection.RedisTelemetry;
import dev.tokenguard.rotation.TestClock;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import redis.clients.jedis.exceptions.JedisDataException;

/** {@code blacklist.lua} alone: what it returns and what it leaves behind. */
final class BlacklistScriptTest {

  private static final LuaScript SCRIPT =
      LuaScript.of(RedisTelemetry.Operation.BLACKLIST_ADD, "blacklist.lua");
  private static final String KEY = "tg:at:t1";

  /** Up to here a script counts without a gap: it has no other numbers than doubles. */
  private static final long LARGEST = 1L << 53;

  private final long later = TestClock.started().second() + 300;

  @BeforeEach
  void empty() {
    JEDIS.flushAll();
  }

  private static Object add(String value, long expiresAt, String which) {
    return add(value, expiresAt, which, 0);
  }

  private static Object add(String value, long expiresAt, String which, long leastLife) {
    return JEDIS.eval(
        SCRIPT.source(),
        List.of(KEY),
        List.of(value, Long.toString(expiresAt), which, Long.toString(leastLife)));
  }

  private static void assertStands(String value, long expiresAt) {
    assertThat(JEDIS.get(KEY)).isEqualTo(value);
    assertThat(JEDIS.expireTime(KEY)).isEqualTo(expiresAt);
    assertThat(JEDIS.dbSize()).isEqualTo(1);
  }

  @Test
  void whenThereIsNone_thenItRepliesOneAndLeavesOneKey() {
    assertThat(add("logout", later, "first")).isEqualTo(1L);
    assertStands("logout", later);
  }

  @Test
  void whenThereIsOne_thenItRepliesZero() {
    add("logout", later, "first");
    assertThat(add("logout", later, "first")).isEqualTo(0L);
    assertThat(add("revoked", later + 5, "first")).isEqualTo(0L);
  }

  @ParameterizedTest
  @CsvSource({
    "first, logout, revoked, logout",
    "first, 9, 10, 9",
    "larger, 9, 10, 10",
    "larger, 10, 9, 10",
    "larger, 10, 10, 10",
    "larger, 0, 1, 1",
  })
  void whenThereIsOne_thenTheOneOfTheTwoValuesStays(
      String which, String stands, String added, String stays) {
    add(stands, later, which);
    add(added, later, which);
    assertStands(stays, later);
  }

  @Test
  void whenThereIsOne_thenTheLongerLifeStays() {
    add("logout", later, "first");
    add("logout", later + 60, "first");
    assertStands("logout", later + 60);
    add("logout", later - 60, "first");
    assertStands("logout", later + 60);
  }

  @Test
  void givenAKeyThatNeverExpires_whenAnEntryIsAdded_thenItDoes() {
    JEDIS.set(KEY, "by hand");
    assertThat(add("logout", later, "first")).isEqualTo(0L);
    assertStands("by hand", later);
  }

  @ParameterizedTest
  @ValueSource(longs = {1_000_000_000, 1, 0, -1, -LARGEST})
  void whenAnEntryHasExpired_thenNothingIsLeft(long past) {
    assertThat(add("logout", past, "first")).isEqualTo(1L);
    assertThat(JEDIS.exists(KEY)).isFalse();
    assertThat(add("logout", past, "first")).isEqualTo(1L);
  }

  @Test
  void whenTheClockOfItsWriterIsBehind_thenItLivesForItsLeastLifeByTheClockOfRedis() {
    add("logout", later - 1200, "first", 900);
    assertThat(JEDIS.ttl(KEY)).isBetween(890L, 900L);
  }

  @Test
  void whenTheClockOfItsWriterIsAhead_thenItLivesForLonger() {
    add("logout", later + 1200, "first", 300);
    assertStands("logout", later + 1200);
  }

  /** Till then it kills all that the user has; it must not lock the user out for longer. */
  @ParameterizedTest
  @ValueSource(strings = {"", "soon", "12 o'clock"})
  void givenAForeignValue_whenASecondIsAdded_thenTheSecondStays(String foreign) {
    JEDIS.set(KEY, foreign);
    assertThat(add("77", later, "larger")).isEqualTo(0L);
    assertStands("77", later);
  }

  @Test
  void whenNumbersAreLarge_thenNoDigitIsLost() {
    long almost = LARGEST - 1;
    add("" + (LARGEST - 2), almost - 1, "larger");
    assertStands("" + (LARGEST - 2), almost - 1);
    add("" + almost, almost, "larger");
    assertStands("" + almost, almost);
    add("" + (LARGEST - 2), almost - 1, "larger");
    assertStands("" + almost, almost);
  }

  @Test
  void whenALargeNumberStands_thenItIsNotRewrittenInAnotherForm() {
    add("100000000000000", later, "larger");
    add("1", later, "larger");
    assertStands("100000000000000", later);
  }

  @Test
  void whenTheKeyHoldsSomethingElse_thenItSaysSoAndLeavesItAlone() {
    JEDIS.rpush(KEY, "mine");
    for (String which : List.of("first", "larger")) {
      assertThatThrownBy(() -> add("77", later, which))
          .isInstanceOf(JedisDataException.class)
          .hasMessageStartingWith("WRONGTYPE");
    }
    assertThat(JEDIS.lrange(KEY, 0, -1)).containsExactly("mine");
    assertThat(JEDIS.expireTime(KEY)).isEqualTo(-1);
  }
}
