package dev.tokenguard.quarkus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tokenguard.checker.RevocationChecker.WhenUnavailable;
import io.quarkus.runtime.configuration.ConfigurationException;
import io.quarkus.runtime.configuration.DurationConverter;
import io.smallrye.config.PropertiesConfigSource;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class TokenGuardConfigTest {

  @Test
  void given_no_settings_then_those_of_the_documentation() {
    TokenGuardConfig config = config(Map.of());

    assertThat(config.enabled()).isTrue();
    assertThat(config.keyPrefix()).isEqualTo("tg:");
    assertThat(config.whenUnavailable()).isEqualTo(WhenUnavailable.REFUSE);
    assertThat(config.timeout()).isEqualTo(Duration.ofMillis(100));
    assertThat(config.cache().ttl()).isZero();
    assertThat(config.cache().size()).isEqualTo(100_000);
  }

  @ParameterizedTest
  @CsvSource({
    "timeout, 0ms",
    "timeout, 11s",
    "cache.ttl, -1s",
    "cache.ttl, 61s",
    "cache.size, 0",
    "key-prefix, ' '",
    "realm, Größe"
  })
  void given_a_value_out_of_range_then_the_start_fails_and_names_the_setting(
      String setting, String value) {
    assertThatThrownBy(() -> start(Map.of("token-guard." + setting, value)))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("token-guard." + setting);
  }

  private static void start(Map<String, String> settings) {
    new TokenGuard(config(settings), null);
  }

  private static TokenGuardConfig config(Map<String, String> settings) {
    return new SmallRyeConfigBuilder()
        .withMapping(TokenGuardConfig.class)
        .withConverter(Duration.class, 200, new DurationConverter())
        .withSources(new PropertiesConfigSource(settings, "settings", 100))
        .build()
        .getConfigMapping(TokenGuardConfig.class);
  }
}
