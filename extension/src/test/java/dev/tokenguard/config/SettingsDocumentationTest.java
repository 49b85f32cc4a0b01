package dev.tokenguard.config;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tokenguard.redis.connection.RedisSettings;
import dev.tokenguard.rotation.RotationPolicy;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** The tables of settings in the documentation are those of the code. */
class SettingsDocumentationTest {

  private static final Path README = Path.of("..", "README.md");
  private static final Path SETTINGS = Path.of("..", "docs", "settings.md");

  @Test
  void given_the_settings_of_the_executor_then_the_documentation_has_a_table_of_each_group()
      throws IOException {
    String documentation = Files.readString(SETTINGS);

    assertThat(groups())
        .allSatisfy(
            (group, settings) ->
                assertThat(documentation)
                    .contains(
                        "### "
                            + group
                            + "\n\n"
                            + table(
                                "| name | label | accepts | default | |\n|---|---|---|---|---|\n",
                                settings,
                                SettingsDocumentationTest::labelledRow)));
  }

  @Test
  void given_the_settings_of_the_executor_then_the_readme_names_each() throws IOException {
    assertThat(Files.readString(README))
        .contains(
            RotationPolicy.SETTINGS.stream()
                .map(setting -> "`" + setting.name() + "`")
                .toArray(String[]::new));
  }

  @Test
  void given_the_settings_of_the_connection_then_the_documentation_has_their_table()
      throws IOException {
    assertThat(Files.readString(SETTINGS))
        .contains(
            table(
                "| name | accepts | default | |\n|---|---|---|---|\n",
                RedisSettings.SETTINGS,
                SettingsDocumentationTest::row));
  }

  private static Map<String, List<Setting<?>>> groups() {
    return RotationPolicy.SETTINGS.stream()
        .collect(Collectors.groupingBy(Setting::group, LinkedHashMap::new, Collectors.toList()));
  }

  private static String table(
      String head, List<Setting<?>> settings, Function<Setting<?>, String> row) {
    return settings.stream().map(row).collect(Collectors.joining("\n", head, "\n"));
  }

  private static String row(Setting<?> setting) {
    return "| `%s` | %s | %s | %s |"
        .formatted(setting.name(), setting.accepts(), byDefault(setting), setting.help());
  }

  private static String labelledRow(Setting<?> setting) {
    return "| `%s` | %s | %s | %s | %s |"
        .formatted(
            setting.name(), setting.label(), setting.accepts(), byDefault(setting), setting.help());
  }

  private static String byDefault(Setting<?> setting) {
    return setting.defaultText().isEmpty() ? "" : "`" + setting.defaultText() + "`";
  }
}
