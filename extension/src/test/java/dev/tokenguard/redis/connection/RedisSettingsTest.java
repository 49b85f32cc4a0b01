package dev.tokenguard.redis.connection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tokenguard.config.InvalidSettingException;
import dev.tokenguard.config.Setting;
import dev.tokenguard.redis.connection.RedisSettings.Topology;
import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class RedisSettingsTest {

  private static final String SECRET = "correct-horse";

  private static RedisSettings with(String... settings) {
    Map<String, String> given = new HashMap<>(Map.of("url", "redis://cache"));
    for (int index = 0; index < settings.length; index += 2) {
      given.put(settings[index], settings[index + 1]);
    }
    return RedisSettings.parse(given::get).orElseThrow();
  }

  @Test
  void whenNoUrlIsSet_thenThereAreNoSettings() {
    assertThat(RedisSettings.parse(name -> null)).isEmpty();
    assertThat(RedisSettings.parse(name -> "  ")).isEmpty();
    assertThat(RedisSettings.parse(name -> name.equals("password") ? SECRET : null)).isEmpty();
  }

  @Test
  void whenOnlyTheUrlIsSet_thenAllElseHasItsDefault() {
    assertThat(with())
        .isEqualTo(
            new RedisSettings(
                RedisAddress.parse("redis://cache:6379"),
                Topology.STANDALONE,
                new RedisSettings.Sentinel(Optional.empty(), Optional.empty(), Optional.empty()),
                Optional.empty(),
                Optional.empty(),
                0,
                new TlsSettings(Optional.empty(), Optional.empty(), Optional.empty(), true),
                "tg:",
                "token-guard",
                3,
                64,
                Duration.ofMillis(400),
                Duration.ofMillis(400),
                Duration.ofMillis(400),
                new RedisSettings.Breaker(5, Duration.ofSeconds(1)),
                false));
  }

  @Test
  void whenCredentialsAreInTheUrl_thenTheyCount() {
    RedisSettings settings = with("url", "redis://alice:" + SECRET + "@cache/3");
    assertThat(settings.username()).contains("alice");
    assertThat(settings.password()).contains(SECRET);
    assertThat(settings.database()).isEqualTo(3);
  }

  @Test
  void whenSettingsAndUrlDiffer_thenTheSettingsWin() {
    RedisSettings settings =
        with(
            "url", "redis://alice:other@cache/3",
            "username", "bob",
            "password", SECRET,
            "database", "0");
    assertThat(settings.username()).contains("bob");
    assertThat(settings.password()).contains(SECRET);
    assertThat(settings.database()).isZero();
  }

  @Test
  void whenSettingsAreListed_thenTheirNamesAreTheContract() {
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
    assertThat(RedisSettings.SETTINGS)
        .allSatisfy(setting -> assertThat(setting.help()).endsWith("."));
  }

  @ParameterizedTest
  @CsvSource({
    "database,         0,     1000000, -1, 1000001",
    "resp,             2,     3,       1,  4",
    "max-pool-size,    1,     1000,    0,  1001",
    "connect-timeout,  10,    10000,   9,  10001",
    "read-timeout,     10,    10000,   9,  10001",
    "pool-timeout,     10,    10000,   9,  10001",
    "breaker-failures, 1,     1000,    0,  1001",
    "breaker-wait-duration,    10,    60000,   9,  60001",
  })
  void whenANumberIsAtOrJustBeyondABorder_thenItIsAcceptedOrRefused(
      String name, String smallest, String largest, String below, String above) {
    assertThat(number(name).apply(with(name, smallest))).isEqualTo(Long.parseLong(smallest));
    assertThat(number(name).apply(with(name, largest))).isEqualTo(Long.parseLong(largest));
    for (String outside : new String[] {below, above, "many", "1.5", "99999999999"}) {
      assertThatThrownBy(() -> with(name, outside))
          .isInstanceOf(InvalidSettingException.class)
          .hasMessageStartingWith(name + ": " + smallest + " to " + largest);
    }
  }

  private static Function<RedisSettings, Long> number(String name) {
    return switch (name) {
      case "database" -> settings -> (long) settings.database();
      case "resp" -> settings -> (long) settings.resp();
      case "max-pool-size" -> settings -> (long) settings.maxPoolSize();
      case "connect-timeout" -> settings -> settings.connectTimeout().toMillis();
      case "read-timeout" -> settings -> settings.readTimeout().toMillis();
      case "breaker-failures" -> settings -> (long) settings.breaker().failures();
      case "breaker-wait-duration" -> settings -> settings.breaker().waitDuration().toMillis();
      default -> settings -> settings.poolTimeout().toMillis();
    };
  }

  @Test
  void whenAPrefixOrClientNameIsSet_thenOnlySafeCharactersAreAccepted() {
    assertThat(with("key-prefix", "Prod-7._:").keyPrefix()).isEqualTo("Prod-7._:");
    assertThat(with("key-prefix", "x".repeat(32)).keyPrefix()).hasSize(32);
    assertThat(with("client-name", "kc-1{node}").clientName()).isEqualTo("kc-1{node}");
    for (String unsafe : new String[] {"a{b}", "a b", "x".repeat(33), "ä", "a\nb"}) {
      assertThatThrownBy(() -> with("key-prefix", unsafe))
          .isInstanceOf(InvalidSettingException.class)
          .hasMessage("key-prefix: 1 to 32 of letters, digits and -._:");
    }
    for (String unsafe : new String[] {"a b", "x".repeat(65), "ä"}) {
      assertThatThrownBy(() -> with("client-name", unsafe))
          .isInstanceOf(InvalidSettingException.class)
          .hasMessage("client-name: 1 to 64 printable characters without spaces");
    }
  }

  @Test
  void whenTheUrlIsWrong_thenTheRefusalNamesTheFormAndNoneOfItsParts() {
    for (String wrong :
        new String[] {
          "http://alice:" + SECRET + "@cache",
          "redis://alice:" + SECRET + "@ca che",
          "redis://alice:" + SECRET + "@cache/9999999"
        }) {
      assertThatThrownBy(() -> with("url", wrong))
          .isInstanceOf(InvalidSettingException.class)
          .hasMessageStartingWith("url: redis://")
          .hasNoCause()
          .extracting(Throwable::toString)
          .asString()
          .doesNotContain(SECRET);
    }
  }

  @Test
  void whenSettingsAreShown_thenAllAreThereButThePassword() {
    for (RedisSettings settings :
        new RedisSettings[] {
          with("url", "redis://alice:" + SECRET + "@cache/3"),
          with("username", "alice", "password", SECRET, "database", "3")
        }) {
      Map<String, String> expected = new LinkedHashMap<>();
      expected.put("url", "redis://cache:6379");
      expected.put("topology", "standalone");
      expected.put("username", "alice");
      expected.put("password", "********");
      expected.put("database", "3");
      expected.put("key-prefix", "tg:");
      expected.put("client-name", "token-guard");
      expected.put("resp", "3");
      expected.put("max-pool-size", "64");
      expected.put("connect-timeout", "400 ms");
      expected.put("read-timeout", "400 ms");
      expected.put("pool-timeout", "400 ms");
      expected.put("breaker-failures", "5");
      expected.put("breaker-wait-duration", "1000 ms");
      expected.put("readiness-requires-redis", "false");
      assertThat(settings.describe()).containsExactlyEntriesOf(expected);
      assertThat(settings).hasToString(expected.toString());
    }
    assertThat(with().describe()).containsEntry("password", "").containsEntry("username", "");
  }

  private static void assertRefused(String message, String... settings) {
    assertThatThrownBy(() -> with(settings))
        .isInstanceOf(InvalidSettingException.class)
        .hasMessage(message)
        .hasNoCause();
  }

  @Test
  void whenATopologyIsSet_thenItsDefaultPortCounts() {
    String url = "redis://one,two:7000/0";
    assertThat(with("url", url, "topology", "cluster").address())
        .hasToString("redis://one:6379,two:7000");
    assertThat(with("url", url, "topology", "sentinel", "sentinel-master", "main").address())
        .hasToString("redis://one:26379,two:7000");
  }

  @Test
  void whenSettingsDoNotGoTogether_thenTheRefusalNamesOneAndTheReason() {
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
    assertRefused(
        "sentinel-master: letters, digits and .-_",
        "topology",
        "sentinel",
        "sentinel-master",
        "a b");
    assertRefused(
        "database: a Cluster has number 0 only, in the url too",
        "topology",
        "cluster",
        "database",
        "1");
    assertRefused(
        "database: a Cluster has number 0 only, in the url too",
        "topology",
        "cluster",
        "url",
        "redis://one/3");
  }

  @Test
  void whenSentinelsAreShown_thenTheirPasswordIsMasked() {
    assertThat(
            with(
                    "topology", "sentinel",
                    "sentinel-master", "main",
                    "sentinel-username", "watcher",
                    "sentinel-password", SECRET)
                .describe())
        .containsEntry("sentinel-master", "main")
        .containsEntry("sentinel-username", "watcher")
        .containsEntry("sentinel-password", "********")
        .doesNotContainValue(SECRET);
  }
}
