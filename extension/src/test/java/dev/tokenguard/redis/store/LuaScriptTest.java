package dev.tokenguard.redis.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tokenguard.redis.TestRedis;
import dev.tokenguard.redis.connection.RedisTelemetry.Operation;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class LuaScriptTest {

  @ParameterizedTest
  @ValueSource(strings = {"rotate.lua", "revoke.lua", "find.lua"})
  void whenAScriptIsRead_thenRedisKnowsItByTheSameHash(String file) {
    LuaScript script = LuaScript.of(Operation.ROTATE, file);
    assertThat(script.source()).contains("KEYS[1]").contains("local function read_family");
    assertThat(TestRedis.JEDIS.scriptLoad(script.source(), "any")).isEqualTo(script.sha1());
  }

  @Test
  void whenAScriptStandsAlone_thenRedisKnowsItByTheSameHash() {
    LuaScript script = LuaScript.alone(Operation.BLACKLIST_ADD, "blacklist.lua");
    assertThat(script.source()).contains("KEYS[1]").doesNotContain("read_family");
    assertThat(TestRedis.JEDIS.scriptLoad(script.source(), "any")).isEqualTo(script.sha1());
  }

  @Test
  void whenAScriptIsMissing_thenTheStartFailsWithItsName() {
    assertThatThrownBy(() -> LuaScript.of(Operation.ROTATE, "gone.lua"))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("the JAR lacks the script gone.lua; build it again");
  }
}
