package dev.tokenguard.redis.store;

import static dev.tokenguard.redis.TestRedis.JEDIS;
import static dev.tokenguard.redis.store.RotateCall.ACCESS;
import static dev.tokenguard.redis.store.RotateCall.IAT;
import static dev.tokenguard.redis.store.RotateCall.KEY;
import static dev.tokenguard.redis.store.RotateCall.LINEAGE;
import static dev.tokenguard.redis.store.RotateCall.ORIGIN;
import static dev.tokenguard.redis.store.RotateCall.plain;
import static dev.tokenguard.redis.store.RotateCall.presenting;
import static dev.tokenguard.redis.store.RotateCall.retainedUntil;
import static dev.tokenguard.redis.store.RotateCall.stored;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tokenguard.rotation.TokenPosition;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * {@code rotate.lua} alone: replies, fields, TTLs and large numbers. The decisions are in the
 * contract.
 */
final class RotateScriptTest {

  private static final List<Object> FIRST_TOKEN = List.of(1L, IAT, IAT + 1800, 0L, "", "");

  @BeforeEach
  void flush() {
    JEDIS.flushAll();
  }

  @Test
  void whenARefreshIsGranted_thenTheReplyHasTheTokenAndWhatItReplaces() {
    List<Object> replaced = List.of(0L, 0L, 1L, 0L, IAT + 300, "onrtac", "onrtrt");
    assertThat(plain().rotate()).isEqualTo(List.of("STARTED", FIRST_TOKEN, replaced, ""));
    assertThat(plain().with("iat", IAT + 5).with("exp", IAT + 9).rotate())
        .isEqualTo(List.of("REPLAYED", List.of(1L, IAT, IAT + 1800, 1L, "", ""), ""));
    assertThat(presenting(1).with("is_kept", true).rotate()).isEqualTo(List.of("KEPT", ""));
    assertThat(presenting(0).with("mode", "lookup").with("max_replays", 1).rotate())
        .isEqualTo(List.of("KEPT", "THROTTLED"));
    assertThat(presenting(1).rotate().get(2))
        .isEqualTo(List.of(1L, 1L, 1L, 1L, IAT + 300, "onrtac", "onrtrt"));
  }

  @Test
  void whenARefreshIsRefused_thenTheReplyHasWhatTheDecisionNeeds() {
    plain().rotate();
    presenting(1).rotate();
    List<Object> all = List.of(0L, 2L, 1L, 0L, IAT + 300, "onrtac", "onrtrt");
    assertThat(presenting(2).with("max_rotations", 2).rotate()).isEqualTo(List.of("LIMITED"));
    assertThat(presenting(2).with("not_after", 1).rotate()).isEqualTo(List.of("EXPIRED"));
    assertThat(presenting(1).with("max_replays", 0).rotate())
        .isEqualTo(List.of("THROTTLED", 1000L));
    RotateCall elsewhere =
        presenting(2)
            .with("binds_ip", true)
            .with("bound_ip", "other")
            .with("bound_agent", "agent1");
    assertThat(elsewhere.rotate()).isEqualTo(List.of("MISMATCHED", 2L, List.of()));
    assertThat(elsewhere.with("family", "new").rotate())
        .isEqualTo(List.of("MISMATCHED", -1L, List.of()));
    assertThat(elsewhere.with("family", "new").with("on_mismatch", "revoke-family").rotate().get(1))
        .isEqualTo(2L);
    assertThat(presenting(0).rotate()).isEqualTo(List.of("REUSED", 2L, "OLDER_GENERATION", all));
    assertThat(presenting(2).rotate()).isEqualTo(List.of("REVOKED", "FAMILY", all));
    JEDIS.hset(KEY, "s:other", "1,100," + IAT);
    assertThat(plain().with("family", "another").with("session", "other").rotate())
        .isEqualTo(List.of("REVOKED", "SESSION", List.of()));
    JEDIS.flushAll();
    assertThat(presenting(4).with("on_missing", "deny").rotate()).isEqualTo(List.of("MISSING"));
    assertThat(JEDIS.exists(KEY)).isFalse();
  }

  @Test
  void givenGraceIsUsedUp_whenTheAttemptDecides_thenTheScriptAsksForItAndChangesNothing() {
    RotateCall late = plain().without("grace_ms");
    late.rotate();
    Map<String, String> before = JEDIS.hgetAll(KEY);
    assertThat(late.with("excused", "ask").rotate()).isEqualTo(List.of("ASK", "att1"));
    assertThat(JEDIS.hgetAll(KEY)).isEqualTo(before);

    RotateCall excused = late.with("excused", "att1");
    assertThat(excused.with("attempt", "att2").decision()).isEqualTo("REPLAYED");
    assertThat(excused.decision()).isEqualTo("REUSED");
    assertThat(late.with("excused", "ask").decision()).isEqualTo("REVOKED");
  }

  @ParameterizedTest
  @ValueSource(strings = {"enforce", "observe", "lookup"})
  void givenNoRecord_whenTheTokenIsNotYoungerThanTheWatermark_thenItIsRevokedAndNothingIsNamed(
      String mode) {
    JEDIS.hset(KEY, "h:cli", "1,2,3," + IAT);
    assertThat(presenting(4).with("mode", mode).rotate())
        .isEqualTo(List.of("REVOKED", "FAMILY", List.of()));
    assertThat(JEDIS.hgetAll(KEY)).isEqualTo(Map.of("h:cli", "1,2,3," + IAT));
  }

  @Test
  void givenNoRecord_whenTheTokenIsYoungerThanTheWatermark_thenItsFamilyStartsAndTheMarkStays() {
    JEDIS.hset(KEY, "h:cli", "1,2,3," + IAT);
    assertThat(plain().with("issued_at", IAT + 1).decision()).isEqualTo("STARTED");
    assertThat(JEDIS.hget(KEY, "h:cli")).isEqualTo("1,2,4," + IAT);
    // It has a record now.
    assertThat(presenting(1).decision()).isEqualTo("ROTATED");
  }

  @Test
  void whenAFamilyStarts_thenThreeFieldsAreWrittenByTheClockOfRedis() {
    long before = Instant.now().toEpochMilli() - 1;
    plain().rotate();
    assertThat(JEDIS.hkeys(KEY)).containsExactlyInAnyOrder(LINEAGE, ORIGIN, ACCESS);
    long made = Long.parseLong(stored(LINEAGE)[2]);
    assertThat(made).isBetween(before, Instant.now().toEpochMilli() + 1);
    assertThat(JEDIS.hget(KEY, LINEAGE))
        .isEqualTo("1,1," + made + "," + (IAT - made / 1000) + ",1800,1800,,agent1,ip1111,att1");
    assertThat(JEDIS.hget(KEY, ORIGIN)).isEqualTo("ses,fam," + made / 1000);
    long end = IAT + 300 - made / 1000;
    assertThat(JEDIS.hget(KEY, ACCESS)).isEqualTo("1," + end + ",," + end + ",onrtac,onrtrt");
  }

  @Test
  void whenAFamilyIsRotatedOften_thenItsOriginStaysAndTheHashDoesNotGrow() {
    plain().rotate();
    String origin = JEDIS.hget(KEY, ORIGIN);
    for (long generation = 1; generation < 100; generation++) {
      assertThat(presenting(generation).with("session", "other").decision()).isEqualTo("ROTATED");
    }
    assertThat(JEDIS.hlen(KEY)).isEqualTo(3);
    assertThat(JEDIS.hget(KEY, ORIGIN)).isEqualTo(origin);
  }

  @Test
  void whenFamiliesAreRetained_thenTheKeyLivesAsLongAsTheLongest() {
    plain().with("retain_until", IAT + 500).rotate();
    assertThat(JEDIS.expireTime(KEY)).isEqualTo(IAT + 500);
    presenting(1).with("retain_until", IAT + 900).rotate();
    presenting(2).with("retain_until", IAT + 100).rotate();
    RotateCall.ofFamily("other").with("retain_until", IAT + 200).rotate();
    assertThat(JEDIS.expireTime(KEY)).isEqualTo(IAT + 900);
    assertThat(retainedUntil(LINEAGE)).isEqualTo(IAT + 900);
    assertThat(plain().with("revoked_retain_until", IAT + 9_001).decision()).isEqualTo("REUSED");
    assertThat(stored(LINEAGE)[10]).isEqualTo("reused");
    assertThat(JEDIS.expireTime(KEY)).isEqualTo(IAT + 9_001);
  }

  @Test
  void whenGenerationsAndTimesAreAsLargeAsTheyGet_thenTheyStayExact() {
    long generation = TokenPosition.MAX_GENERATION;
    long time = (1L << 53) - 1;
    RotateCall call =
        presenting(generation)
            .with("iat", time - 1)
            .with("exp", time)
            .with("access_exp", time)
            .with("retain_until", time);
    assertThat(call.rotate())
        .isEqualTo(
            List.of(
                "ADOPTED",
                List.of(generation + 1, time - 1, time, 0L, "", ""),
                List.of(generation, generation, 1L, 0L, time, "onrtac", "onrtrt"),
                ""));
    assertThat(call.rotate().get(1)).isEqualTo(List.of(generation + 1, time - 1, time, 1L, "", ""));
    assertThat(stored(LINEAGE)[1]).isEqualTo("9007199254740991");
    assertThat(JEDIS.expireTime(KEY)).isEqualTo(time);
  }

  @ParameterizedTest
  @CsvSource({"12, 34", "4000000000, 0"})
  void whenATokenHasExpiredOrHasNoExp_thenItsTimesAreKept(long iat, long exp) {
    RotateCall call = plain().with("iat", iat).with("exp", exp);
    for (long replay = 0; replay < 2; replay++) {
      assertThat(call.rotate().get(1)).isEqualTo(List.of(1L, iat, exp, replay, "", ""));
    }
  }

  @Test
  void givenFieldsOfANewerVersion_whenOtherFamiliesStart_thenTheyAreLeftAlone() {
    Map<String, String> newer =
        Map.of(
            "f:new", "2,9", "a:new", "2,9", "f:odd", "2;", "a:odd", "v", "s:new", "2,0,1", "c:new",
            "v", "z:new", "1,0,1", "q", "");
    JEDIS.hset(KEY, newer);
    for (int family = 0; family < 100; family++) {
      assertThat(RotateCall.ofFamily("family" + family).decision()).isEqualTo("STARTED");
    }
    assertThat(JEDIS.hgetAll(KEY)).containsAllEntriesOf(newer).hasSize(8 + 3 * 100 + 1);
  }

  @Test
  void whenFieldsAreNoLongerNeeded_thenTheyAreDroppedAsFamiliesStart() {
    long past = Instant.now().getEpochSecond() - 100;
    RotateCall.ofFamily("lasting").rotate();
    String[] expired = {"s:old", "c:old.cli", "o:old", "k:old", "x:old"};
    for (String field : expired) {
      JEDIS.hset(KEY, field, "1,0," + past);
    }
    JEDIS.hset(KEY, "s:lasting", "1,0," + IAT);
    for (int family = 0; family < 2_000; family++) {
      RotateCall.ofFamily("short" + family).with("retain_until", past).rotate();
    }
    assertThat(JEDIS.hlen(KEY)).isLessThan(200);
    assertThat(JEDIS.hmget(KEY, "f:lasting", ORIGIN, "a:lasting", "s:lasting"))
        .doesNotContainNull();
    assertThat(JEDIS.hmget(KEY, expired)).containsOnlyNulls();
  }
}
