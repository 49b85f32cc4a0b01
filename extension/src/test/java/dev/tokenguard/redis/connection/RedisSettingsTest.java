package dev.tokenguard.redis.connection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tokenguard.config.InvalidSettingException;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Names, ranges and defaults are compared with the documentation elsewhere. */
final class RedisSettingsTest {

  private static final String SECRET = "correct-horse";

  private static RedisSettings with(String... settings) {
    Map<String, String> given = new HashMap<>(Map.of("url", "redis://cache"));
    for (int index = 0; index < settings.length; index += 2) {
      given.put(settings[index], settings[index + 1]);
    }
    return RedisSettings.parse(given::get).orElseThrow();
  }

  private static void assertRefused(String message, String... settings) {
    assertThatThrownBy(() -> with(settings))
        .isInstanceOf(InvalidSettingException.class)
        .hasMessage(message)
        .hasNoCause();
  }

  @Test
  void given_no_url_then_there_are_no_settings() {
    assertThat(RedisSettings.parse(name -> null)).isEmpty();
    assertThat(RedisSettings.parse(name -> "  ")).isEmpty();
    assertThat(RedisSettings.parse(name -> name.equals("password") ? SECRET : null)).isEmpty();
  }

  @Test
  void given_all_settings_then_they_are_described_with_masked_passwords() {
    Map<String, String> given = new LinkedHashMap<>();
    given.put("url", "rediss://cache");
    given.put("topology", "sentinel");
    given.put("sentinel-master", "main");
    given.put("sentinel-username", "watcher");
    given.put("sentinel-password", SECRET);
    given.put("username", "alice");
    given.put("password", SECRET);
    given.put("database", "3");
    given.put("tls-verify-hostname", "false");
    given.put("key-prefix", "Prod-7._:");
    given.put("client-name", "kc-1{node}");
    given.put("resp", "2");
    given.put("max-pool-size", "10");
    given.put("connect-timeout", "11");
    given.put("read-timeout", "12");
    given.put("pool-timeout", "13");
    given.put("breaker-failures", "14");
    given.put("breaker-wait-duration", "15");
    given.put("readiness-requires-redis", "true");
    Map<String, String> described = new LinkedHashMap<>(given);
    described.put("url", "rediss://cache:26379");
    described.put("sentinel-password", "********");
    described.put("password", "********");
    for (String file : new String[] {"tls-ca-file", "tls-certificate-file", "tls-key-file"}) {
      described.put(file, "");
    }
    for (String time : new String[] {"connect", "read", "pool"}) {
      described.merge(time + "-timeout", " ms", String::concat);
    }
    described.merge("breaker-wait-duration", " ms", String::concat);
    RedisSettings settings = RedisSettings.parse(given::get).orElseThrow();
    assertThat(settings.describe()).containsExactlyInAnyOrderEntriesOf(described);
    assertThat(settings.toString()).contains("alice").doesNotContain(SECRET);
    assertThat(settings.password()).contains(SECRET);
    assertThat(settings.sentinel().password()).contains(SECRET);
    assertThat(with().describe()).doesNotContainKeys("sentinel-master", "tls-ca-file");
  }

  @Test
  void given_credentials_in_the_url_then_those_of_settings_take_precedence() {
    String url = "redis://bob:other@cache/2";
    assertThat(with("url", url).describe())
        .containsAllEntriesOf(Map.of("username", "bob", "database", "2"));
    assertThat(with("url", url).password()).contains("other");
    RedisSettings settings =
        with("url", url, "username", "alice", "password", SECRET, "database", "3");
    assertThat(settings.describe())
        .containsAllEntriesOf(Map.of("username", "alice", "database", "3"));
    assertThat(settings.password()).contains(SECRET);
  }

  @ParameterizedTest
  @ValueSource(strings = {"http://alice:%s@cache", "redis://a:%s@ca che", "redis://a:%s@c/9999999"})
  void given_a_wrong_url_then_the_refusal_has_none_of_its_parts(String url) {
    assertThatThrownBy(() -> with("url", url.formatted(SECRET)))
        .isInstanceOf(InvalidSettingException.class)
        .hasMessageStartingWith("url: redis://")
        .hasNoCause()
        .asString()
        .doesNotContain(SECRET);
  }

  @Test
  void given_a_topology_then_its_port_is_the_default() {
    String url = "redis://one,two:7000/0";
    assertThat(with("url", url, "topology", "cluster").address())
        .hasToString("redis://one:6379,two:7000");
    assertThat(with("url", url, "topology", "sentinel", "sentinel-master", "main").address())
        .hasToString("redis://one:26379,two:7000");
  }

  @ParameterizedTest
  @ValueSource(strings = {"a{b}", "a b", "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx", "ä", "a\nb"})
  void given_a_prefix_with_unsafe_characters_then_it_is_refused(String prefix) {
    assertRefused("key-prefix: 1 to 32 of letters, digits and -._:", "key-prefix", prefix);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          client-name     | a b      | 1 to 64 printable characters without spaces
          client-name     | ä        | 1 to 64 printable characters without spaces
          database        | -1       | 0 to 1000000
          topology        | ring     | one of standalone, sentinel, cluster
          topology        | sentinel | *
          sentinel-master | main     | it goes with the topology sentinel only
          sentinel-master | a b      | letters, digits and .-_
          """)
  void given_a_value_that_is_not_accepted_then_the_refusal_has_the_reason(
      String name, String value, String reason) {
    assertRefused(
        reason.equals("*")
            ? "sentinel-master: the topology sentinel needs the name of the master"
            : name + ": " + reason,
        name,
        value);
  }

  @Test
  void given_a_url_that_the_topology_does_not_accept_then_it_is_refused() {
    assertRefused(
        "topology: several hosts in the url are Sentinels or nodes of a Cluster",
        "url",
        "redis://one,two");
    String reason = "database: a Cluster has number 0 only, in the url too";
    assertRefused(reason, "topology", "cluster", "database", "1");
    assertRefused(reason, "topology", "cluster", "url", "redis://one/3");
  }
}
