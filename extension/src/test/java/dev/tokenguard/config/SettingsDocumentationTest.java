package dev.tokenguard.config;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tokenguard.keycloak.cookie.CookieExecutorFactory;
import dev.tokenguard.redis.connection.RedisSettings;
import dev.tokenguard.rotation.RotationPolicy;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** The tables of settings in the documentation are those of the code. */
class SettingsDocumentationTest {

  private static final Path README = Path.of("..", "README.md");
  private static final Path SETTINGS = Path.of("..", "docs", "settings.md");

  @Test
  void given_the_settings_of_the_executor_then_the_documentation_has_a_table_of_each_group()
      throws IOException {
    assertThat(Files.readString(SETTINGS))
        .contains(
            RotationPolicy.SETTINGS.stream()
                .collect(Collectors.groupingBy(Setting::group))
                .entrySet()
                .stream()
                .map(group -> "### " + group.getKey() + "\n\n" + table(group.getValue(), true))
                .toArray(String[]::new));
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
  void given_the_settings_of_the_connection_and_the_cookie_then_their_pages_have_their_tables()
      throws IOException {
    assertThat(Files.readString(SETTINGS)).contains(table(RedisSettings.SETTINGS, false));
    assertThat(Files.readString(Path.of("..", "docs", "cookie.md")))
        .contains(table(CookieExecutorFactory.SETTINGS, true));
  }

  private static String table(Collection<Setting<?>> settings, boolean isLabelled) {
    String label = isLabelled ? " label |" : "";
    return settings.stream()
        .map(
            it ->
                "| `%s` |%s %s | %s | %s |"
                    .formatted(
                        it.name(),
                        isLabelled ? " " + it.label() + " |" : "",
                        it.accepts(),
                        it.defaultText().isEmpty() ? "" : "`" + it.defaultText() + "`",
                        it.help()))
        .collect(
            Collectors.joining(
                "\n",
                "| name |"
                    + label
                    + " accepts | default | |\n|"
                    + "---|".repeat(isLabelled ? 5 : 4)
                    + "\n",
                "\n"));
  }
}
