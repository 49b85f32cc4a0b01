package dev.tokenguard.redis.store;

import static dev.tokenguard.redis.TestRedis.JEDIS;
import static dev.tokenguard.redis.store.RotateCall.IAT;
import static dev.tokenguard.redis.store.RotateCall.KEY;
import static dev.tokenguard.redis.store.RotateCall.LINEAGE;
import static dev.tokenguard.redis.store.RotateCall.plain;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tokenguard.redis.connection.RedisTelemetry.Operation;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import redis.clients.jedis.exceptions.JedisDataException;

/**
 * What all scripts have in common: how they are read, and what they do with what they do not know.
 */
final class LuaScriptTest {

  private static final Map<String, Runnable> ON_A_FAMILY =
      Map.of(
          "rotate", () -> plain().rotate(),
          "begin", () -> plain().begin(),
          "find", () -> run("find.lua", "0"),
          "revoke", () -> run("revoke.lua", "" + IAT, "0", "1", LINEAGE, RotateCall.ACCESS));

  @BeforeEach
  void flush() {
    JEDIS.flushAll();
  }

  private static void run(String file, String... arguments) {
    JEDIS.eval(LuaScript.of(Operation.FIND, file).source(), List.of(KEY), List.of(arguments));
  }

  @Test
  void whenAScriptIsRead_thenRedisKnowsItByTheSameHash() {
    for (String file : List.of("rotate.lua", "blacklist.lua")) {
      LuaScript script = LuaScript.of(Operation.ROTATE, file);
      assertThat(JEDIS.scriptLoad(script.source(), "any")).isEqualTo(script.sha1());
    }
  }

  @Test
  void whenAScriptNamesAFileToInclude_thenItIsTheOnlyOnePutThere() {
    assertThat(LuaScript.of(Operation.ROTATE, "rotate.lua").source())
        .containsOnlyOnce("local function read_family")
        .doesNotContain("-- include");
    assertThat(LuaScript.of(Operation.BLACKLIST_ADD, "blacklist.lua").source())
        .doesNotContain("read_family");
  }

  @ParameterizedTest
  @ValueSource(strings = {"gone.lua", "including-a-missing-file.lua"})
  void whenAScriptOrWhatItIncludesIsMissing_thenTheStartFailsWithItsName(String file) {
    assertThatThrownBy(() -> LuaScript.of(Operation.ROTATE, file))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("the JAR lacks the script gone.lua; build it again");
  }

  @ParameterizedTest
  @ValueSource(strings = {"rotate", "begin", "find", "revoke"})
  void whenTheKeyHoldsSomethingElse_thenTheErrorSaysSoAndItIsLeftAlone(String script) {
    JEDIS.set(KEY, "mine");
    assertThatThrownBy(() -> ON_A_FAMILY.get(script).run())
        .isInstanceOf(JedisDataException.class)
        .hasMessageStartingWith("WRONGTYPE");
    assertThat(JEDIS.get(KEY)).isEqualTo("mine");
  }

  @ParameterizedTest
  @ValueSource(strings = {"rotate", "begin", "find", "revoke"})
  void whenARecordIsOfAnUnknownFormat_thenTheErrorSaysSoAndItIsLeftAlone(String script) {
    plain().rotate();
    String lineage = JEDIS.hget(KEY, LINEAGE);
    for (String strange : List.of("2" + lineage.substring(1), "", "1", "1,2,3", "what")) {
      assertFormatError(script, Map.of(LINEAGE, strange));
    }
    JEDIS.hset(KEY, LINEAGE, lineage);
    JEDIS.hdel(KEY, RotateCall.ACCESS);
    assertFormatError(script, Map.of(LINEAGE, lineage));
  }

  private static void assertFormatError(String script, Map<String, String> fields) {
    JEDIS.hset(KEY, fields);
    Map<String, String> before = JEDIS.hgetAll(KEY);
    assertThatThrownBy(() -> ON_A_FAMILY.get(script).run())
        .isInstanceOf(JedisDataException.class)
        .hasMessageStartingWith("FORMAT");
    assertThat(JEDIS.hgetAll(KEY)).isEqualTo(before);
  }
}
