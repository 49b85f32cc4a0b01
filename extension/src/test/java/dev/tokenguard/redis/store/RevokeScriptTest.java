package dev.tokenguard.redis.store;

import static dev.tokenguard.redis.TestRedis.JEDIS;
import static dev.tokenguard.redis.store.RotateCall.ACCESS;
import static dev.tokenguard.redis.store.RotateCall.IAT;
import static dev.tokenguard.redis.store.RotateCall.KEY;
import static dev.tokenguard.redis.store.RotateCall.LINEAGE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tokenguard.redis.connection.RedisTelemetry;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import redis.clients.jedis.exceptions.JedisDataException;

/** {@code revoke.lua} alone: what it returns and what it leaves behind. */
final class RevokeScriptTest {

  private static final LuaScript SCRIPT =
      LuaScript.of(RedisTelemetry.Operation.REVOKE, "revoke.lua");

  @BeforeEach
  void empty() {
    JEDIS.flushAll();
  }

  /** The retention, and what follows in the header. */
  private static List<?> revoke(long until, String... rest) {
    List<String> arguments = new ArrayList<>(List.of("" + until));
    arguments.addAll(List.of(rest));
    List<?> reply = (List<?>) JEDIS.eval(SCRIPT.source(), List.of(KEY), arguments);
    return (List<?>) reply.get(0);
  }

  private static List<?> revokeFamily(long until) {
    return revoke(until, "0", "1", LINEAGE, ACCESS);
  }

  private static List<?> mark(long until, String field, long cutoff) {
    return revoke(until, "1", field, "" + cutoff, "0");
  }

  @Test
  void whenFamiliesAreRevoked_thenTheReplyTellsThoseWithARecordByTheirPlace() {
    RotateCall.plain().rotate();
    RotateCall.presenting(1).rotate();
    List<?> reply = revoke(IAT, "0", "2", "f:new", "a:new", LINEAGE, ACCESS);
    assertThat(reply)
        .isEqualTo(List.of(List.of(2L, 0L, 2L, 1L, 0L, IAT + 300, "onrtac", "onrtrt")));
    assertThat(JEDIS.hget(KEY, LINEAGE).split(",", -1)[10]).isEqualTo("revoked");
    assertThat(JEDIS.hget(KEY, "f:new").split(",", -1)[10]).isEqualTo("revoked");
    assertThat(RotateCall.retainedUntil("f:new")).isEqualTo(IAT);
  }

  @Test
  void whenAFamilyWasReused_thenTheReasonStays() {
    RotateCall.plain().rotate();
    RotateCall.presenting(1).rotate();
    RotateCall.plain().rotate();
    revokeFamily(IAT);
    assertThat(JEDIS.hget(KEY, LINEAGE).split(",", -1)[10]).isEqualTo("reused");
  }

  @Test
  void whenSessionsAndAUserAreRevoked_thenEachLeavesOneField() {
    assertThat(revoke(IAT, "4", "c:ses.cli", "44", "s:one", "45", "o:two", "46", "u", "77", "0"))
        .isEqualTo(List.of());
    assertThat(JEDIS.hgetAll(KEY))
        .containsOnly(
            Map.entry("c:ses.cli", "1,44," + IAT),
            Map.entry("s:one", "1,45," + IAT),
            Map.entry("o:two", "1,46," + IAT),
            Map.entry("u", "1,77," + IAT));
  }

  @Test
  void whenNothingIsNamed_thenNothingIsLeft() {
    assertThat(revoke(IAT, "0", "0")).isEqualTo(List.of());
    assertThat(JEDIS.exists(KEY)).isFalse();
  }

  @Test
  void whenRevocationsFollowEachOther_thenTheKeyLivesAsLongAsTheLongest() {
    mark(IAT + 500, "s:ses", 7);
    assertThat(JEDIS.expireTime(KEY)).isEqualTo(IAT + 500);
    revokeFamily(IAT + 900);
    assertThat(JEDIS.expireTime(KEY)).isEqualTo(IAT + 900);
    mark(IAT + 100, "u", 50);
    assertThat(JEDIS.expireTime(KEY)).isEqualTo(IAT + 900);
  }

  @Test
  void whenABriefRevocationFollowsALastingOne_thenTheLastingOneStands() {
    mark(IAT + 500, "s:ses", 7);
    mark(IAT + 100, "s:ses", 9);
    assertThat(JEDIS.hget(KEY, "s:ses")).isEqualTo("1,9," + (IAT + 500));
    mark(IAT + 500, "u", 77);
    mark(IAT + 100, "u", 70);
    assertThat(JEDIS.hget(KEY, "u")).isEqualTo("1,77," + (IAT + 500));
    revokeFamily(IAT + 500);
    revokeFamily(IAT + 100);
    assertThat(RotateCall.retainedUntil(LINEAGE)).isEqualTo(IAT + 500);
  }

  @Test
  void whenALastingRevocationFollowsARecord_thenTheRecordIsKeptAsLong() {
    RotateCall.plain().with("retain_until", IAT + 100).rotate();
    revokeFamily(IAT + 500);
    assertThat(RotateCall.retainedUntil(LINEAGE)).isEqualTo(IAT + 500);
  }

  @Test
  void whenTheKeyHoldsSomethingElse_thenItSaysSoAndLeavesItAlone() {
    JEDIS.set(KEY, "mine");
    assertThatThrownBy(() -> mark(IAT, "s:ses", 7))
        .isInstanceOf(JedisDataException.class)
        .hasMessageStartingWith("WRONGTYPE");
    assertThat(JEDIS.get(KEY)).isEqualTo("mine");
  }

  @Test
  void whenARecordIsOfAnUnknownFormat_thenItSaysSo() {
    JEDIS.hset(KEY, LINEAGE, "2,whatever");
    assertThatThrownBy(() -> revokeFamily(IAT))
        .isInstanceOf(JedisDataException.class)
        .hasMessageStartingWith("FORMAT");
    assertThat(JEDIS.hget(KEY, LINEAGE)).isEqualTo("2,whatever");
  }
}
