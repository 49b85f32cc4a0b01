package dev.tokenguard.config;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tokenguard.redis.RedisSettings;
import dev.tokenguard.rotation.RotationPolicy;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** The documentation says what the code says. */
class SettingsDocumentationTest {

  private static final Path DOCS = Path.of("..", "docs", "settings.md");

  @Test
  void given_the_settings_of_the_executor_then_the_documentation_has_exactly_their_table()
      throws IOException {
    assertThat(Files.readString(DOCS)).contains(table(RotationPolicy.SETTINGS));
  }

  @Test
  void given_the_settings_of_the_connection_then_the_documentation_has_exactly_their_table()
      throws IOException {
    assertThat(Files.readString(DOCS)).contains(table(RedisSettings.SETTINGS));
  }

  private static String table(List<Setting<?>> settings) {
    return settings.stream()
        .map(SettingsDocumentationTest::row)
        .collect(
            Collectors.joining("\n", "| name | accepts | default | |\n|---|---|---|---|\n", "\n"));
  }

  private static String row(Setting<?> setting) {
    String byDefault = setting.defaultText().isEmpty() ? "" : "`" + setting.defaultText() + "`";
    return "| `%s` | %s | %s | %s |"
        .formatted(setting.name(), setting.accepts(), byDefault, setting.help());
  }
}
