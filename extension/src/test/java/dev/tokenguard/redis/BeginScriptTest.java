package dev.tokenguard.redis;

import static dev.tokenguard.redis.RotateCall.ACCESS;
import static dev.tokenguard.redis.RotateCall.CHILD_EXP;
import static dev.tokenguard.redis.RotateCall.IAT;
import static dev.tokenguard.redis.RotateCall.KEY;
import static dev.tokenguard.redis.RotateCall.LINEAGE;
import static dev.tokenguard.redis.RotateCall.ORIGIN;
import static dev.tokenguard.redis.RotateCall.REMEMBER_UNTIL;
import static dev.tokenguard.redis.TestRedis.JEDIS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tokenguard.testbed.Await;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import redis.clients.jedis.exceptions.JedisDataException;

/** {@code begin.lua} alone: what it returns and what it leaves behind. */
final class BeginScriptTest {

  private static final LuaScript SCRIPT = LuaScript.of(RedisTelemetry.Operation.BEGIN, "begin.lua");

  @BeforeEach
  void empty() {
    JEDIS.flushAll();
  }

  private static List<?> begin(RotateCall token) {
    return begin(token, 0, false);
  }

  /** The two scripts are told the same of a token. */
  private static List<?> begin(RotateCall token, int limit, boolean observeOnly) {
    return token.runAs(SCRIPT, List.of(Integer.toString(limit), observeOnly ? "1" : "0"));
  }

  private static String[] stored(String field) {
    return JEDIS.hget(KEY, field).split(",", -1);
  }

  /** Moves the time at which a family was first remembered. */
  private static void begunAt(String name, long second) {
    JEDIS.hset(KEY, "i:" + name, "ses,cli," + second);
  }

  private static BooleanSupplier nextMillisecond() {
    long now = Instant.now().toEpochMilli();
    return () -> Instant.now().toEpochMilli() > now;
  }

  @Test
  void whenALoginIsTold_thenThreeFieldsAreLeftByTheClockOfRedis() {
    long before = Instant.now().toEpochMilli() - 1;
    assertThat(begin(RotateCall.plain())).isEqualTo(List.of());
    assertThat(JEDIS.hkeys(KEY)).containsExactlyInAnyOrder(LINEAGE, ORIGIN, ACCESS);
    String[] lineage = stored(LINEAGE);
    long made = Long.parseLong(lineage[2]);
    assertThat(made).isBetween(before, Instant.now().toEpochMilli() + 1);
    assertThat(lineage)
        .containsExactly(
            "1", "", lineage[2], "" + (IAT - made / 1000), "1800", "1800", "", "agent1", "ip1111");
    assertThat(stored(ORIGIN)).containsExactly("ses", "cli", "" + made / 1000);
    String end = Long.toString(IAT + 300 - made / 1000);
    assertThat(stored(ACCESS)).containsExactly("", end, "-1", end, "onrtac");
    assertThat(JEDIS.expireTime(KEY)).isEqualTo(IAT + 3600);
  }

  @Test
  void whenAnOfflineLoginWithoutExpIsTold_thenThatIsLeft() {
    begin(RotateCall.plain().with(12, 1).with(CHILD_EXP, 0).with(21, "agent9").with(22, "ip9999"));
    assertThat(stored(ORIGIN)[3]).isEqualTo("1");
    assertThat(stored(LINEAGE)[4]).isEmpty();
    assertThat(stored(ACCESS)).endsWith("agent9", "ip9999");
    assertThat(RotateCall.rememberedUntil(LINEAGE)).isEqualTo(IAT + 3600);
  }

  @Test
  void whenTheFamilyGoesOn_thenItTakesOneStepFromThere() {
    begin(RotateCall.plain());
    assertThat(RotateCall.plain().run().subList(0, 2)).isEqualTo(List.of("NEXT", 1L));
    assertThat(stored(ACCESS)).startsWith("1").endsWith("onrtac", "onrtrt");
  }

  @Test
  void whenItIsToldAgain_thenNothingHasChanged() {
    begin(RotateCall.plain());
    RotateCall.plain().run();
    Map<String, String> before = JEDIS.hgetAll(KEY);
    assertThat(
            begin(RotateCall.plain().with(8, "other").with(REMEMBER_UNTIL, IAT + 9_000), 1, false))
        .isEqualTo(List.of());
    assertThat(JEDIS.hgetAll(KEY)).isEqualTo(before);
    assertThat(JEDIS.expireTime(KEY)).isEqualTo(IAT + 3600);
  }

  @Test
  void whenOneIsTooMany_thenTheReplyTellsItsAccessTokens() {
    begin(RotateCall.plain());
    RotateCall.plain().run();
    begunAt("fam", 5);
    begin(RotateCall.plain().ofFamily("second"));
    begunAt("second", 6);
    List<?> reply = begin(RotateCall.plain().ofFamily("third"), 2, false);
    assertThat(reply).isEqualTo(List.of(List.of("fam", 0L, 1L, IAT + 300, "onrtac", "onrtrt")));
    assertThat(stored(LINEAGE)[9]).isEqualTo("capped");
    assertThat(stored("f:second")).hasSize(9);
    assertThat(RotateCall.plain().ofFamily("second").run().get(0)).isEqualTo("NEXT");
    assertThat(RotateCall.presenting(1).run().get(0)).isEqualTo("REVOKED");
  }

  @Test
  void givenFamiliesOfOneSecond_whenOneIsTooMany_thenTheOneWithTheOldestTokenEnds() {
    for (String name : List.of("a", "b", "c")) {
      begin(RotateCall.plain().ofFamily(name));
      begunAt(name, 5);
      Await.until("the next millisecond", Duration.ofSeconds(1), nextMillisecond());
    }
    RotateCall.plain().ofFamily("a").run();
    List<?> reply = begin(RotateCall.plain().ofFamily("d"), 3, false);
    assertThat(reply)
        .singleElement()
        .satisfies(row -> assertThat(((List<?>) row).get(0)).isEqualTo("b"));
  }

  @Test
  void whenThePolicyOnlyObserves_thenNoneEnds() {
    for (String name : List.of("a", "b", "c")) {
      assertThat(begin(RotateCall.plain().ofFamily(name), 1, true)).isEqualTo(List.of());
    }
    assertThat(JEDIS.hlen(KEY)).isEqualTo(9);
  }

  @Test
  void givenARevokedSession_whenALoginIsTold_thenItIsDeadAndNamed() {
    JEDIS.hset(KEY, "s:ses", "1,0," + IAT);
    begin(RotateCall.plain().ofFamily("elsewhere").with(4, "s:other").with(8, "other"));
    List<?> dead = List.of(List.of("fam", 0L, 0L, IAT + 300, "onrtac", ""));
    assertThat(begin(RotateCall.plain(), 1, false)).isEqualTo(dead);
    assertThat(stored(LINEAGE)[9]).isEqualTo("revoked");
    assertThat(stored("f:elsewhere")).hasSize(9);
    assertThat(begin(RotateCall.plain(), 1, false)).isEqualTo(dead);
  }

  @Test
  void givenThousandsOfFamilies_whenOneMoreLogsIn_thenAllOfTheClientAreCounted() {
    for (int family = 0; family < 2_000; family++) {
      RotateCall one = RotateCall.plain().ofFamily("family" + family);
      begin(family % 2 == 0 ? one : one.with(9, "other"));
    }
    assertThat(begin(RotateCall.plain(), 1_000, false)).hasSize(1);
    assertThat(begin(RotateCall.plain().ofFamily("last"), 10, false)).hasSize(991);
  }

  @Test
  void givenFieldsOfANewerVersion_whenOneIsTooMany_thenTheyNeitherCountNorEnd() {
    Map<String, String> newer =
        Map.of(
            "f:new", "2,9", "a:new", "2,9", "i:new", "ses,cli,1", "i:odd", "ses,cli", "i:mad", "");
    JEDIS.hset(KEY, newer);
    begin(RotateCall.plain());
    assertThat(begin(RotateCall.plain().ofFamily("second"), 1, false)).hasSize(1);
    assertThat(JEDIS.hgetAll(KEY)).containsAllEntriesOf(newer);
  }

  @Test
  void whenNobodyCanUseAFamilyAnyMore_thenItIsDroppedAsOthersLogIn() {
    long past = Instant.now().getEpochSecond() - 100;
    begin(RotateCall.plain().ofFamily("lasting"));
    for (int family = 0; family < 1_000; family++) {
      begin(RotateCall.plain().ofFamily("short" + family).with(REMEMBER_UNTIL, past), 2, false);
    }
    assertThat(JEDIS.hlen(KEY)).isLessThan(200);
    assertThat(stored("f:lasting")).hasSize(9);
  }

  @Test
  void givenManyFamiliesAlive_whenOthersComeAndGo_thenLittleMoreIsKeptThanWhatIsAlive() {
    int alive = 20;
    for (int family = 0; family < alive; family++) {
      begin(RotateCall.plain().ofFamily("lasting" + family));
    }
    long past = Instant.now().getEpochSecond() - 100;
    double kept =
        IntStream.range(0, 500)
            .mapToLong(
                family -> {
                  begin(RotateCall.plain().ofFamily("short" + family).with(REMEMBER_UNTIL, past));
                  return JEDIS.hlen(KEY) / 3;
                })
            .average()
            .orElseThrow();
    assertThat(kept).isBetween((double) alive, 1.25 * alive);
  }

  @Test
  void whenTheKeyHoldsSomethingElse_thenItSaysSoAndLeavesItAlone() {
    JEDIS.set(KEY, "mine");
    assertThatThrownBy(() -> begin(RotateCall.plain()))
        .isInstanceOf(JedisDataException.class)
        .hasMessageStartingWith("WRONGTYPE");
    assertThat(JEDIS.get(KEY)).isEqualTo("mine");
  }

  @Test
  void whenTheRecordIsOfAnUnknownFormat_thenItSaysSoAndLeavesItAlone() {
    Map<String, String> newer = Map.of(LINEAGE, "2,9", ORIGIN, "2", ACCESS, "2");
    JEDIS.hset(KEY, newer);
    assertThatThrownBy(() -> begin(RotateCall.plain()))
        .isInstanceOf(JedisDataException.class)
        .hasMessageStartingWith("FORMAT");
    assertThat(JEDIS.hgetAll(KEY)).isEqualTo(newer);
  }
}
