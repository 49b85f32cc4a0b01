package dev.tokenguard.redis;

import static dev.tokenguard.redis.RotateCall.ACCESS;
import static dev.tokenguard.redis.RotateCall.IAT;
import static dev.tokenguard.redis.RotateCall.KEY;
import static dev.tokenguard.redis.RotateCall.LINEAGE;
import static dev.tokenguard.redis.TestRedis.JEDIS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

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

  /** The retention, the cut-off, and what follows in the header. */
  private static List<?> revoke(long until, long cutOff, String... rest) {
    List<String> arguments = new ArrayList<>(List.of("" + until, "u", "" + cutOff));
    arguments.addAll(List.of(rest));
    return (List<?>) JEDIS.eval(SCRIPT.source(), List.of(KEY), arguments);
  }

  private static List<?> revokeFamily(long until) {
    return revoke(until, 0, "1", LINEAGE, ACCESS, "44", "0", "0");
  }

  private static List<?> revokeSession(long until) {
    return revoke(until, 0, "0", "44", "0", "1", "s:ses");
  }

  @Test
  void whenFamiliesAreRevoked_thenTheReplyTellsThoseWithARecordByTheirPlace() {
    RotateCall.plain().run();
    RotateCall.presenting(1).run();
    List<?> reply = revoke(IAT, 0, "2", "f:new", "a:new", LINEAGE, ACCESS, "44", "0", "0");
    assertThat(reply).isEqualTo(List.of(List.of(2L, 0L, 2L, IAT + 300, "onrtac", "onrtrt")));
    assertThat(JEDIS.hget(KEY, LINEAGE).split(",", -1)[9]).isEqualTo("revoked");
    assertThat(JEDIS.hget(KEY, "f:new").split(",", -1)[9]).isEqualTo("revoked");
    assertThat(RotateCall.rememberedUntil("f:new")).isEqualTo(IAT);
  }

  @Test
  void whenAFamilyWasReused_thenTheReasonStays() {
    RotateCall.plain().run();
    RotateCall.presenting(1).run();
    RotateCall.plain().run();
    revokeFamily(IAT);
    assertThat(JEDIS.hget(KEY, LINEAGE).split(",", -1)[9]).isEqualTo("reused");
  }

  @Test
  void whenSessionsAndAUserAreRevoked_thenEachLeavesOneField() {
    assertThat(revoke(IAT, 77, "0", "44", "1", "c:ses.cli", "2", "s:one", "s:two"))
        .isEqualTo(List.of());
    assertThat(JEDIS.hgetAll(KEY))
        .containsOnly(
            Map.entry("c:ses.cli", "1,44," + IAT),
            Map.entry("s:one", "1,0," + IAT),
            Map.entry("s:two", "1,0," + IAT),
            Map.entry("u", "1,77," + IAT));
  }

  @Test
  void whenNothingIsNamed_thenNothingIsLeft() {
    assertThat(revoke(IAT, 0, "0", "44", "0", "0")).isEqualTo(List.of());
    assertThat(JEDIS.exists(KEY)).isFalse();
  }

  @Test
  void whenRevocationsFollowEachOther_thenTheKeyLivesAsLongAsTheLongest() {
    revokeSession(IAT + 500);
    assertThat(JEDIS.expireTime(KEY)).isEqualTo(IAT + 500);
    revokeFamily(IAT + 900);
    assertThat(JEDIS.expireTime(KEY)).isEqualTo(IAT + 900);
    revoke(IAT + 100, 50, "0", "44", "0", "0");
    assertThat(JEDIS.expireTime(KEY)).isEqualTo(IAT + 900);
  }

  @Test
  void whenABriefRevocationFollowsALastingOne_thenTheLastingOneStands() {
    revokeSession(IAT + 500);
    revokeSession(IAT + 100);
    assertThat(JEDIS.hget(KEY, "s:ses")).isEqualTo("1,0," + (IAT + 500));
    revoke(IAT + 500, 77, "0", "44", "0", "0");
    revoke(IAT + 100, 70, "0", "44", "0", "0");
    assertThat(JEDIS.hget(KEY, "u")).isEqualTo("1,77," + (IAT + 500));
    revokeFamily(IAT + 500);
    revokeFamily(IAT + 100);
    assertThat(RotateCall.rememberedUntil(LINEAGE)).isEqualTo(IAT + 500);
  }

  @Test
  void whenALastingRevocationFollowsARecord_thenTheRecordIsKeptAsLong() {
    RotateCall.plain().with(RotateCall.REMEMBER_UNTIL, IAT + 100).run();
    revokeFamily(IAT + 500);
    assertThat(RotateCall.rememberedUntil(LINEAGE)).isEqualTo(IAT + 500);
  }

  @Test
  void whenTheKeyHoldsSomethingElse_thenItSaysSoAndLeavesItAlone() {
    JEDIS.set(KEY, "mine");
    assertThatThrownBy(() -> revokeSession(IAT))
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
