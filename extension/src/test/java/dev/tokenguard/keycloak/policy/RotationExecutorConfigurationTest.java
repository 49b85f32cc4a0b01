package dev.tokenguard.keycloak.policy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tokenguard.keycloak.policy.RotationExecutorFactory.Configuration;
import dev.tokenguard.rotation.RotationPolicy;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The error texts that an administrator reads when a profile is saved. */
final class RotationExecutorConfigurationTest {

  private static Configuration saved(Map<String, ?> settings) {
    Configuration configuration = new Configuration();
    settings.forEach(configuration::setConfigAsMap);
    return configuration;
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          mode                         | on  | Mode [mode]: "on" is not accepted. Accepted: one of enforce, observe
          grace-period                 | 604801 | Grace period (seconds) [grace-period]: "604801" is not accepted. Accepted: 0 to 604800 seconds
          max-rotations                | 1.5 | Maximum rotations [max-rotations]: "1.5" is not accepted. Accepted: 0 to 2147483647 rotations
          revoke-previous-access-token | yes | Revoke previous access token [revoke-previous-access-token]: "yes" is not accepted. Accepted: true or false
          grace-perriod                | 10  | redis-refresh-token-rotation has no setting named grace-perriod
          """)
  void given_a_value_that_is_not_accepted_then_the_text_has_label_id_value_and_range(
      String name, String value, String text) {
    assertThat(saved(Map.of(name, value)).problem()).contains(text);
  }

  @Test
  void given_a_number_or_boolean_from_the_rest_api_then_it_is_accepted() {
    Configuration configuration =
        saved(Map.of("grace-period", 20, "revoke-previous-access-token", true));

    assertThat(configuration.problem()).isEmpty();
    assertThat(configuration.settings().gracePeriod()).hasSeconds(20);
  }

  @Test
  void given_a_long_value_with_line_breaks_then_the_text_is_one_short_line() {
    assertThat(saved(Map.of("mode", "a\nb" + "c".repeat(10_000))).problem())
        .hasValueSatisfying(text -> assertThat(text).hasSizeLessThan(200).hasLineCount(1));
  }

  @Test
  void given_the_form_then_every_field_has_label_help_and_default_of_its_setting() {
    assertThat(new RotationExecutorFactory().getConfigProperties())
        .hasSameSizeAs(RotationPolicy.SETTINGS)
        .allSatisfy(
            field -> {
              assertThat(field.getLabel()).isNotEqualTo(field.getName()).isNotBlank();
              assertThat(field.getHelpText()).contains(" Accepts ", "; default ");
              assertThat(field.getDefaultValue()).isNotNull();
            });
  }
}
