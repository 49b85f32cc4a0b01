package dev.tokenguard.redis.store;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tokenguard.redis.connection.RedisTelemetry.Operation;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class LuaScriptTest {

  @ParameterizedTest
  @ValueSource(strings = {"gone.lua", "including-a-missing-file.lua"})
  void given_a_script_or_an_included_file_that_is_missing_then_the_start_fails(String file) {
    assertThatThrownBy(() -> LuaScript.of(Operation.ROTATE, file))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("the JAR lacks the script gone.lua; build it again");
  }
}
