package dev.tokenguard.demo.servers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tokenguard.demo.terminal.DemoFailure;
import java.util.Map;
import java.util.Properties;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DemoSettingsTest {

  private final Properties properties = new Properties();

  DemoSettingsTest() {
    properties.setProperty("keycloak.home", "keycloak");
    properties.setProperty("token.guard.jar", "token-guard.jar");
    properties.setProperty("demo.realm", "realm.json");
  }

  @Test
  void given_no_settings_then_the_page_is_served_with_a_redis_of_its_own() {
    DemoSettings settings = DemoSettings.from(properties, Map.of("REDIS_URL", " "));

    assertThat(settings.port()).isEqualTo(8080);
    assertThat(settings.appPort()).isEqualTo(8090);
    assertThat(settings.once()).isFalse();
    assertThat(settings.help()).isFalse();
    assertThat(settings.redis()).isEmpty();
  }

  @Test
  void given_a_switch_then_it_needs_no_value() {
    properties.setProperty("demo.once", "");
    properties.setProperty("demo.help", "false");

    DemoSettings settings = DemoSettings.from(properties, Map.of());

    assertThat(settings.once()).isTrue();
    assertThat(settings.help()).isFalse();
  }

  @ParameterizedTest
  @ValueSource(strings = {"0", "65535", "65536", "-1", "http", ""})
  void given_an_invalid_port_then_the_message_names_the_setting(String port) {
    properties.setProperty("demo.port", port);

    assertThatThrownBy(() -> DemoSettings.from(properties, Map.of()))
        .isInstanceOf(DemoFailure.class)
        .hasMessageContaining("demo.port");

    properties.setProperty("demo.port", "8080");
    properties.setProperty("demo.app.port", port);

    assertThatThrownBy(() -> DemoSettings.from(properties, Map.of()))
        .isInstanceOf(DemoFailure.class)
        .hasMessageContaining("demo.app.port");
  }
}
