package dev.tokenguard.keycloak.connection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tokenguard.config.InvalidSettingException;
import dev.tokenguard.keycloak.Fake;
import dev.tokenguard.redis.connection.RedisSettings;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.keycloak.Config;
import org.keycloak.models.KeycloakSessionFactory;
import org.keycloak.provider.ProviderConfigProperty;

/** The connection factory before Keycloak serves requests. */
final class JedisConnectionFactoryTest {

  private final JedisConnectionFactory factory = new JedisConnectionFactory();

  private static Config.Scope options(Map<String, String> given) {
    return Fake.of(Config.Scope.class, (self, method, arguments) -> given.get(arguments[0]));
  }

  @Test
  void given_no_url_then_it_is_inactive() {
    factory.init(options(Map.of()));
    factory.postInit(null);

    assertThat(factory.create(null).families()).isEmpty();
    assertThat(factory.getOperationalInfo()).containsEntry("redis", "not configured");
    factory.close();
  }

  @Test
  void given_a_value_out_of_range_then_the_start_stops_with_the_option_and_its_range() {
    Config.Scope options =
        options(Map.of("url", "redis://user:secret@127.0.0.1", "read-timeout", "5"));

    assertThatThrownBy(() -> factory.init(options))
        .isInstanceOf(InvalidSettingException.class)
        .hasMessage("spi-redis-connection--jedis--read-timeout: 10 to 10000 ms");
  }

  @Test
  void given_an_unavailable_redis_then_it_starts_and_the_server_info_shows_no_password() {
    factory.init(options(Map.of("url", "redis://user:secret@127.0.0.1:1/3")));
    factory.postInit(Fake.of(KeycloakSessionFactory.class, Map.of()));

    assertThat(factory.create(null).families()).isPresent();
    assertThat(factory.getOperationalInfo())
        .containsEntry("redis", "not reachable")
        .containsEntry("url", "redis://127.0.0.1:1")
        .containsEntry("username", "user")
        .containsEntry("database", "3")
        .doesNotContainValue("secret");
    factory.close();
  }

  @Test
  void given_the_list_of_options_then_each_has_label_and_help_and_passwords_are_secret() {
    assertThat(factory.getConfigMetadata())
        .hasSameSizeAs(RedisSettings.SETTINGS)
        .allSatisfy(
            option -> {
              assertThat(option.getLabel()).isNotBlank();
              assertThat(option.getHelpText()).isNotBlank();
            })
        .filteredOn(ProviderConfigProperty::isSecret)
        .extracting(ProviderConfigProperty::getName)
        .containsExactly("sentinel-password", "password");
  }
}
