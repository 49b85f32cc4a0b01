package dev.tokenguard.keycloak.support;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LogTextTest {

  @Test
  void given_usual_values_then_the_line_is_as_formatted() {
    assertThat(LogText.of("client %s, %d families", "büro-ünïcode 例", 3))
        .isEqualTo("client büro-ünïcode 例, 3 families");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "\n", "\r", "\r\n", "\u0000", "\u001b", "\u007f", "\u0085", "\u2028", "\u2029", "\u202e",
        "\t", "\u200b", "\ud800"
      })
  void given_what_breaks_or_hides_a_line_then_it_is_written_as_its_code(String unsafe) {
    String line = LogText.of("client %s, user %s", "app" + unsafe + "ERROR forged", "u");

    assertThat(line).startsWith("client app\\u").endsWith("ERROR forged, user u");
    assertThat(line.lines()).hasSize(1);
    assertThat(line).doesNotContain(unsafe);
  }
}
