package dev.tokenguard.demo.servers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tokenguard.demo.terminal.DemoFailure;
import java.util.Map;
import java.util.Properties;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
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
  @CsvSource({
    "demo.port, 0",
    "demo.port, 65535",
    "demo.port, http",
    "demo.port, ''",
    "demo.app.port, -1",
    "demo.app.port, 65536"
  })
  void given_an_invalid_port_then_the_message_names_the_setting(String name, String port) {
    properties.setProperty(name, port);

    assertThatThrownBy(() -> DemoSettings.from(properties, Map.of()))
        .isInstanceOf(DemoFailure.class)
        .hasMessageContaining(name);
  }

  @ParameterizedTest
  @CsvSource({
    "redis://host:6379, redis://host:6379",
    "rediss://host:6379/2, rediss://host:6379/2",
    "redis://:s3cret@host:6379, redis://:***@host:6379",
    "redis://bob:s3cret@host:6379/2, redis://bob:***@host:6379/2",
    "redis://s3cret@host:6379, redis://:***@host:6379",
    "redis://bob:s%403cret:x@host:6379, redis://bob:***@host:6379"
  })
  void given_the_address_of_a_redis_then_its_text_has_no_password(String text, String shown) {
    RedisAddress address = RedisAddress.parse(text);

    assertThat(address).hasToString(shown);
    assertThat(address.uri()).hasToString(text);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"host:6379", "http://:s3cret@host", "redis://:s3 cret@host", "redis:s3cret"})
  void given_an_invalid_address_then_the_message_does_not_repeat_it(String text) {
    assertThatThrownBy(() -> RedisAddress.parse(text))
        .isInstanceOf(DemoFailure.class)
        .hasMessageContaining("REDIS_URL")
        .hasMessageNotContaining("cret");
  }
}
