package dev.tokenguard.redis.connection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tokenguard.config.InvalidSettingException;
import dev.tokenguard.config.Setting;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class RedisSettingsTest {

  private static final String SECRET = "correct-horse";

  private static RedisSettings with(String... settings) {
    Map<String, String> given = new HashMap<>(Map.of("url", "redis://cache"));
    for (int index = 0; index < settings.length; index += 2) {
      given.put(settings[index], settings[index + 1]);
    }
    return RedisSettings.parse(given::get).orElseThrow();
  }

  /** The effective settings of a connection to {@code redis://cache}. */
  private static Map<String, String> defaults() {
    Map<String, String> defaults = new LinkedHashMap<>();
    defaults.put("url", "redis://cache:6379");
    defaults.put("topology", "standalone");
    defaults.put("username", "");
    defaults.put("password", "");
    defaults.put("database", "0");
    defaults.put("key-prefix", "tg:");
    defaults.put("client-name", "token-guard");
    defaults.put("resp", "3");
    defaults.put("max-pool-size", "64");
    defaults.put("connect-timeout", "400 ms");
    defaults.put("read-timeout", "400 ms");
    defaults.put("pool-timeout", "400 ms");
    defaults.put("breaker-failures", "5");
    defaults.put("breaker-wait-duration", "1000 ms");
    defaults.put("readiness-requires-redis", "false");
    return defaults;
  }

  @Test
  void given_no_url_then_there_are_no_settings() {
    assertThat(RedisSettings.parse(name -> null)).isEmpty();
    assertThat(RedisSettings.parse(name -> "  ")).isEmpty();
    assertThat(RedisSettings.parse(name -> name.equals("password") ? SECRET : null)).isEmpty();
  }

  @Test
  void given_a_url_then_the_other_settings_have_their_defaults() {
    assertThat(with().describe()).containsExactlyEntriesOf(defaults());
    assertThat(with("url", "rediss://cache").describe())
        .containsAllEntriesOf(
            Map.of(
                "tls-ca-file", "",
                "tls-certificate-file", "",
                "tls-key-file", "",
                "tls-verify-hostname", "true"));
  }

  @Test
  void given_credentials_in_the_url_or_in_settings_then_they_are_used_and_masked() {
    Map<String, String> expected = defaults();
    expected.putAll(Map.of("username", "alice", "password", "********", "database", "3"));
    for (RedisSettings settings :
        new RedisSettings[] {
          with("url", "redis://alice:" + SECRET + "@cache/3"),
          with("username", "alice", "password", SECRET, "database", "3"),
          with(
              "url", "redis://bob:other@cache/2",
              "username", "alice",
              "password", SECRET,
              "database", "3")
        }) {
      assertThat(settings.password()).contains(SECRET);
      assertThat(settings.describe()).containsExactlyEntriesOf(expected);
      assertThat(settings).hasToString(expected.toString());
    }
  }

  @Test
  void given_sentinels_then_their_settings_are_described_with_a_masked_password() {
    assertThat(
            with(
                    "topology", "sentinel",
                    "sentinel-master", "main",
                    "sentinel-username", "watcher",
                    "sentinel-password", SECRET)
                .describe())
        .containsAllEntriesOf(
            Map.of(
                "url", "redis://cache:26379",
                "sentinel-master", "main",
                "sentinel-username", "watcher",
                "sentinel-password", "********"));
  }

  @Test
  void given_the_settings_then_their_names_are_the_contract() {
    assertThat(RedisSettings.SETTINGS)
        .extracting(Setting::name)
        .containsExactly(
            "url",
            "topology",
            "sentinel-master",
            "sentinel-username",
            "sentinel-password",
            "username",
            "password",
            "database",
            "tls-ca-file",
            "tls-certificate-file",
            "tls-key-file",
            "tls-verify-hostname",
            "key-prefix",
            "client-name",
            "resp",
            "max-pool-size",
            "connect-timeout",
            "read-timeout",
            "pool-timeout",
            "breaker-failures",
            "breaker-wait-duration",
            "readiness-requires-redis");
  }

  @ParameterizedTest
  @CsvSource({
    "database,              '',    0,  1000000, -1, 1000001",
    "resp,                  '',    2,  3,       1,  4",
    "max-pool-size,         '',    1,  1000,    0,  1001",
    "connect-timeout,       ' ms', 10, 10000,   9,  10001",
    "read-timeout,          ' ms', 10, 10000,   9,  10001",
    "pool-timeout,          ' ms', 10, 10000,   9,  10001",
    "breaker-failures,      '',    1,  1000,    0,  1001",
    "breaker-wait-duration, ' ms', 10, 60000,   9,  60001",
  })
  void given_a_number_then_it_is_accepted_within_its_range_only(
      String name, String unit, String min, String max, String below, String above) {
    for (String accepted : new String[] {min, max}) {
      assertThat(with(name, accepted).describe()).containsEntry(name, accepted + unit);
    }
    for (String refused : new String[] {below, above, "many", "1.5", "99999999999"}) {
      assertThatThrownBy(() -> with(name, refused))
          .isInstanceOf(InvalidSettingException.class)
          .hasMessageStartingWith(name + ": " + min + " to " + max);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "key-prefix, Prod-7._:, a{b}, 32, '1 to 32 of letters, digits and -._:'",
    "client-name, kc-1{node}, a b, 64, 1 to 64 printable characters without spaces",
  })
  void given_a_prefix_or_a_client_name_then_only_safe_characters_are_accepted(
      String name, String safe, String unsafe, int longest, String accepts) {
    for (String accepted : new String[] {safe, "x".repeat(longest)}) {
      assertThat(with(name, accepted).describe()).containsEntry(name, accepted);
    }
    for (String refused : new String[] {unsafe, "a b", "x".repeat(longest + 1), "ä", "a\nb"}) {
      assertRefused(name + ": " + accepts, name, refused);
    }
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

  @Test
  void given_settings_that_contradict_each_other_then_the_refusal_has_the_reason() {
    assertRefused("topology: one of standalone, sentinel, cluster", "topology", "ring");
    assertRefused(
        "topology: several hosts in the url are Sentinels or nodes of a Cluster",
        "url",
        "redis://one,two");
    assertRefused(
        "sentinel-master: the topology sentinel needs the name of the master",
        "topology",
        "sentinel");
    assertRefused(
        "sentinel-master: it goes with the topology sentinel only", "sentinel-master", "main");
    assertRefused("sentinel-master: letters, digits and .-_", "sentinel-master", "a b");
    for (String[] database : new String[][] {{"database", "1"}, {"url", "redis://one/3"}}) {
      assertRefused(
          "database: a Cluster has number 0 only, in the url too",
          "topology",
          "cluster",
          database[0],
          database[1]);
    }
  }

  private static void assertRefused(String message, String... settings) {
    assertThatThrownBy(() -> with(settings))
        .isInstanceOf(InvalidSettingException.class)
        .hasMessage(message)
        .hasNoCause();
  }
}
