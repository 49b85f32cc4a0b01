package dev.tokenguard.redis.store;

import static dev.tokenguard.redis.TestRedis.JEDIS;
import static dev.tokenguard.redis.store.RotateCall.ACCESS;
import static dev.tokenguard.redis.store.RotateCall.ACCESS_EXP;
import static dev.tokenguard.redis.store.RotateCall.CHILD_EXP;
import static dev.tokenguard.redis.store.RotateCall.CHILD_IAT;
import static dev.tokenguard.redis.store.RotateCall.EXCUSED;
import static dev.tokenguard.redis.store.RotateCall.GRACE;
import static dev.tokenguard.redis.store.RotateCall.IAT;
import static dev.tokenguard.redis.store.RotateCall.ISSUED_AT;
import static dev.tokenguard.redis.store.RotateCall.KEY;
import static dev.tokenguard.redis.store.RotateCall.LINEAGE;
import static dev.tokenguard.redis.store.RotateCall.MODE;
import static dev.tokenguard.redis.store.RotateCall.ON_MISSING;
import static dev.tokenguard.redis.store.RotateCall.ORIGIN;
import static dev.tokenguard.redis.store.RotateCall.REMEMBER_UNTIL;
import static dev.tokenguard.redis.store.RotateCall.SESSION;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tokenguard.rotation.TokenPosition;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import redis.clients.jedis.exceptions.JedisDataException;

/** {@code rotate.lua} alone: what it returns and what it leaves behind. */
final class RotateScriptTest {

  @BeforeEach
  void empty() {
    JEDIS.flushAll();
  }

  private static long redisTimeMillis() {
    List<?> time = (List<?>) JEDIS.eval("return redis.call('TIME')");
    return Long.parseLong((String) time.get(0)) * 1_000
        + Long.parseLong((String) time.get(1)) / 1_000;
  }

  private static String[] stored(String field) {
    return JEDIS.hget(KEY, field).split(",", -1);
  }

  @Test
  void whenAFamilyBegins_thenAllEighteenPartsOfTheReplyAreThere() {
    assertThat(RotateCall.plain().run())
        .isEqualTo(
            List.of(
                "STARTED",
                1L,
                IAT,
                IAT + 1800,
                "",
                "",
                0L,
                0L,
                0L,
                1L,
                0L,
                IAT + 300,
                "onrtac",
                "onrtrt",
                "",
                "",
                0L,
                0L));
  }

  @Test
  void whenATokenIsReplayed_thenTheReplyNamesNoAccessTokens() {
    RotateCall.plain().run();
    List<?> reply = RotateCall.plain().with(CHILD_IAT, IAT + 5).with(CHILD_EXP, IAT + 9).run();
    assertThat(reply)
        .isEqualTo(
            List.of(
                "REPLAYED",
                1L,
                IAT,
                IAT + 1800,
                "",
                "",
                1L,
                0L,
                -1L,
                0L,
                -1L,
                IAT + 300,
                "onrtac",
                "onrtrt",
                "",
                "",
                0L,
                1L));
  }

  @Test
  void givenGraceIsUsedUp_whenItMattersWhetherTheClientWasUnanswered_thenItAsksAndChangesNothing() {
    RotateCall late = RotateCall.plain().with(GRACE, 0);
    late.run();
    Map<String, String> before = JEDIS.hgetAll(KEY);

    assertThat(late.with(EXCUSED, "ask").run()).isEqualTo(List.of("ASK", "att1"));

    assertThat(JEDIS.hgetAll(KEY)).isEqualTo(before);
    List<?> excused = late.with(EXCUSED, "att1").with(26, "att2").run();
    assertThat(excused.subList(0, 7))
        .isEqualTo(List.of("REPLAYED", 1L, IAT, IAT + 1800, "", "", 1L));
    assertThat(late.with(EXCUSED, "att1").run().get(0)).isEqualTo("REUSED");
  }

  @Test
  void givenTheFamilyIsRevoked_whenGraceIsUsedUp_thenItDoesNotAsk() {
    RotateCall late = RotateCall.plain().with(GRACE, 0);
    late.run();
    late.run();
    assertThat(late.with(EXCUSED, "ask").run().get(0)).isEqualTo("REVOKED");
  }

  @Test
  void whenThereIsNoRecord_thenARefusalSaysSo() {
    List<?> reply = RotateCall.presenting(4).with(ON_MISSING, "deny").run();
    assertThat(reply)
        .isEqualTo(
            List.of(
                "MISSING", -1L, 0L, 0L, "", "", 0L, 0L, -1L, 0L, -1L, 0L, "", "", "", "", 0L, 0L));
    assertThat(JEDIS.exists(KEY)).isFalse();
  }

  @Test
  void givenNoRecord_whenTheTokenIsNotYoungerThanTheWatermark_thenItIsRevokedAndNothingIsNamed() {
    JEDIS.hset(KEY, "h:cli", "1,2,3," + IAT);
    for (String mode : List.of("enforce", "observe", "lookup")) {
      RotateCall call = RotateCall.presenting(4).with(MODE, mode);
      assertThat(call.with(ISSUED_AT, IAT).run())
          .isEqualTo(
              List.of(
                  "REVOKED", -1L, 0L, 0L, "", "", 0L, 0L, -1L, 0L, -1L, 0L, "", "", "", "FAMILY",
                  0L, 0L));
    }
    assertThat(JEDIS.hgetAll(KEY)).isEqualTo(Map.of("h:cli", "1,2,3," + IAT));
  }

  @Test
  void givenNoRecord_whenTheTokenIsYoungerThanTheWatermark_thenItsFamilyBeginsAndTheMarkStays() {
    JEDIS.hset(KEY, "h:cli", "1,2,3," + IAT);
    assertThat(RotateCall.plain().with(ISSUED_AT, IAT + 1).run().get(0)).isEqualTo("STARTED");
    assertThat(JEDIS.hget(KEY, "h:cli")).isEqualTo("1,2,4," + IAT);
    // It has a record now.
    assertThat(RotateCall.presenting(1).with(ISSUED_AT, IAT).run().get(0)).isEqualTo("ROTATED");
  }

  @Test
  void whenAFamilyBegins_thenThreeFieldsAreLeftByTheClockOfRedis() {
    long before = redisTimeMillis();
    RotateCall.plain().run();
    long after = redisTimeMillis();
    assertThat(JEDIS.hkeys(KEY)).containsExactlyInAnyOrder(LINEAGE, ORIGIN, ACCESS);
    String[] lineage = stored(LINEAGE);
    long made = Long.parseLong(lineage[2]);
    assertThat(made).isBetween(before, after);
    assertThat(lineage)
        .containsExactly(
            "1",
            "1",
            lineage[2],
            "" + (IAT - made / 1000),
            "1800",
            "1800",
            "",
            "agent1",
            "ip1111",
            "att1");
    assertThat(stored(ORIGIN)).containsExactly("ses", "fam", "" + made / 1000);
    String end = Long.toString(IAT + 300 - made / 1000);
    assertThat(stored(ACCESS)).containsExactly("1", end, "", end, "onrtac", "onrtrt");
  }

  @Test
  void whenTheFamilyGoesOn_thenItsOriginStaysAndTheHashDoesNotGrow() {
    RotateCall.plain().run();
    String origin = JEDIS.hget(KEY, ORIGIN);
    for (long generation = 1; generation < 100; generation++) {
      assertThat(RotateCall.presenting(generation).with(SESSION, "other").run().get(0))
          .isEqualTo("ROTATED");
    }
    assertThat(JEDIS.hlen(KEY)).isEqualTo(3);
    assertThat(JEDIS.hget(KEY, ORIGIN)).isEqualTo(origin);
  }

  @Test
  void whenAFamilyMustBeRememberedLonger_thenTheKeyLivesThatLongAndNeverLess() {
    RotateCall.plain().with(REMEMBER_UNTIL, IAT + 500).run();
    assertThat(JEDIS.expireTime(KEY)).isEqualTo(IAT + 500);
    RotateCall.presenting(1).with(REMEMBER_UNTIL, IAT + 900).run();
    assertThat(JEDIS.expireTime(KEY)).isEqualTo(IAT + 900);
    RotateCall.presenting(2).with(REMEMBER_UNTIL, IAT + 100).run();
    RotateCall.plain().ofFamily("other").with(REMEMBER_UNTIL, IAT + 200).run();
    assertThat(JEDIS.expireTime(KEY)).isEqualTo(IAT + 900);
    assertThat(RotateCall.rememberedUntil(LINEAGE)).isEqualTo(IAT + 900);
  }

  @Test
  void whenAReuseIsFound_thenTheKeyLivesAsLongAsTheLongest() {
    RotateCall.plain().with(REMEMBER_UNTIL, IAT + 500).run();
    RotateCall.presenting(1).run();
    List<?> reply = RotateCall.plain().with(REMEMBER_UNTIL + 1, IAT + 9_001).run();
    assertThat(reply.get(0)).isEqualTo("REUSED");
    assertThat(reply.get(15)).isEqualTo("OLDER_GENERATION");
    assertThat(stored(LINEAGE)[10]).isEqualTo("reused");
    assertThat(JEDIS.expireTime(KEY)).isEqualTo(IAT + 9_001);
  }

  @Test
  void whenGenerationsAndTimesAreAsLargeAsTheyGet_thenTheyStayExact() {
    long generation = TokenPosition.MAX_GENERATION;
    long time = (1L << 53) - 1;
    RotateCall call =
        RotateCall.presenting(generation)
            .with(CHILD_IAT, time - 1)
            .with(CHILD_EXP, time)
            .with(ACCESS_EXP, time)
            .with(REMEMBER_UNTIL, time);
    List<?> expected =
        List.of(
            "ADOPTED",
            generation + 1,
            time - 1,
            time,
            "",
            "",
            0L,
            generation,
            generation,
            1L,
            0L,
            time,
            "onrtac",
            "onrtrt",
            "",
            "",
            0L,
            0L);
    assertThat(call.run()).isEqualTo(expected);
    assertThat(call.run().subList(1, 4)).isEqualTo(expected.subList(1, 4));
    assertThat(stored(LINEAGE)[1]).isEqualTo("9007199254740991");
    assertThat(JEDIS.expireTime(KEY)).isEqualTo(time);
  }

  @Test
  void whenTheChildsTimesLieBeforeRedisTime_thenTheyStayExact() {
    RotateCall call = RotateCall.plain().with(CHILD_IAT, 12).with(CHILD_EXP, 34);
    assertThat(call.run().subList(2, 4)).isEqualTo(List.of(12L, 34L));
    assertThat(stored(LINEAGE)[3]).startsWith("-");
    assertThat(call.run().subList(2, 4)).isEqualTo(List.of(12L, 34L));
  }

  @Test
  void whenTheKeyHoldsSomethingElse_thenItSaysSoAndLeavesItAlone() {
    JEDIS.set(KEY, "mine");
    assertThatThrownBy(() -> RotateCall.plain().run())
        .isInstanceOf(JedisDataException.class)
        .hasMessageStartingWith("WRONGTYPE");
    assertThat(JEDIS.get(KEY)).isEqualTo("mine");
  }

  @Test
  void whenARecordIsOfAnUnknownFormat_thenItSaysSoAndLeavesItAlone() {
    RotateCall.plain().run();
    String[] strange = {"2" + JEDIS.hget(KEY, LINEAGE).substring(1), "", "1", "1,2,3", "what"};
    for (String lineage : strange) {
      JEDIS.hset(KEY, LINEAGE, lineage);
      Map<String, String> before = JEDIS.hgetAll(KEY);
      assertThatThrownBy(() -> RotateCall.plain().run())
          .isInstanceOf(JedisDataException.class)
          .hasMessageStartingWith("FORMAT");
      assertThat(JEDIS.hgetAll(KEY)).isEqualTo(before);
    }
  }

  @Test
  void whenOnlyPartOfARecordIsThere_thenItSaysSo() {
    RotateCall.plain().run();
    JEDIS.hdel(KEY, ACCESS);
    assertThatThrownBy(() -> RotateCall.plain().run()).hasMessageStartingWith("FORMAT");
  }

  @Test
  void givenFieldsOfANewerVersion_whenAnotherFamilyBegins_thenTheyAreLeftAlone() {
    Map<String, String> newer =
        Map.of(
            "f:new", "2,9", "a:new", "2,9", "f:odd", "2;", "a:odd", "v", "s:new", "2,0,1", "c:new",
            "v", "z:new", "1,0,1", "q", "");
    JEDIS.hset(KEY, newer);
    for (int family = 0; family < 100; family++) {
      assertThat(RotateCall.plain().ofFamily("family" + family).run().get(0)).isEqualTo("STARTED");
    }
    assertThat(JEDIS.hgetAll(KEY)).containsAllEntriesOf(newer).hasSize(8 + 3 * 100 + 1);
  }

  @Test
  void whenNobodyCanUseAFamilyAnyMore_thenItIsDroppedAsOthersCome() {
    long past = Instant.now().getEpochSecond() - 100;
    RotateCall.plain().ofFamily("lasting").run();
    JEDIS.hset(KEY, "s:old", "1,0," + past);
    JEDIS.hset(KEY, "c:old.cli", "1,0," + past);
    JEDIS.hset(KEY, "o:old", "1,0," + past);
    JEDIS.hset(KEY, "k:old", "1,0," + past);
    JEDIS.hset(KEY, "x:old", "1,0," + past + ",onrtte:1:1:1");
    JEDIS.hset(KEY, "s:lasting", "1,0," + IAT);
    for (int family = 0; family < 3_000; family++) {
      RotateCall.plain().ofFamily("short" + family).with(REMEMBER_UNTIL, past).run();
    }
    assertThat(JEDIS.hlen(KEY)).isLessThan(200);
    assertThat(JEDIS.hmget(KEY, "f:lasting", "i:cli.1", "a:lasting", "s:lasting"))
        .doesNotContainNull();
    assertThat(JEDIS.hmget(KEY, "s:old", "c:old.cli", "o:old", "k:old", "x:old"))
        .containsOnlyNulls();
  }
}
