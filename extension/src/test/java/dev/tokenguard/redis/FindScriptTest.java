package dev.tokenguard.redis;

import static dev.tokenguard.redis.RotateCall.IAT;
import static dev.tokenguard.redis.RotateCall.KEY;
import static dev.tokenguard.redis.RotateCall.LINEAGE;
import static dev.tokenguard.redis.TestRedis.JEDIS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import redis.clients.jedis.exceptions.JedisDataException;

/** {@code find.lua} alone. */
final class FindScriptTest {

  private static final LuaScript SCRIPT = LuaScript.of(RedisTelemetry.Operation.FIND, "find.lua");

  @BeforeEach
  void empty() {
    JEDIS.flushAll();
  }

  private static List<?> find() {
    return (List<?>) JEDIS.eval(SCRIPT.source(), List.of(KEY), List.of());
  }

  @Test
  void whenThereIsNothing_thenTheReplyIsEmptyAndNothingIsMade() {
    assertThat(find()).isEqualTo(List.of());
    assertThat(JEDIS.exists(KEY)).isFalse();
  }

  @Test
  void whenThereIsAFamily_thenAllEightPartsOfTheReplyAreThere() {
    RotateCall.plain().with(12, 1).run();
    long made = Long.parseLong(JEDIS.hget(KEY, LINEAGE).split(",")[2]);
    assertThat(find())
        .isEqualTo(
            List.of(List.of("fam", 1L, made, "", "ses", "cli", Long.toString(made / 1000), "1")));
  }

  @Test
  void whenItIsAskedFor_thenNothingHasChanged() {
    RotateCall.plain().run();
    JEDIS.hset(KEY, "s:ses", "1,0," + IAT);
    Map<String, String> before = JEDIS.hgetAll(KEY);
    assertThat(find()).hasSize(1);
    assertThat(JEDIS.hgetAll(KEY)).isEqualTo(before);
    assertThat(JEDIS.expireTime(KEY)).isEqualTo(IAT + 3600);
  }

  @Test
  void whenTheKeyHoldsSomethingElse_thenItSaysSo() {
    JEDIS.set(KEY, "mine");
    assertThatThrownBy(FindScriptTest::find)
        .isInstanceOf(JedisDataException.class)
        .hasMessageStartingWith("WRONGTYPE");
  }

  @Test
  void whenARecordIsOfAnUnknownFormat_thenItSaysSo() {
    RotateCall.plain().run();
    JEDIS.hset(KEY, "f:other", "2,whatever");
    assertThatThrownBy(FindScriptTest::find)
        .isInstanceOf(JedisDataException.class)
        .hasMessageStartingWith("FORMAT");
  }
}
