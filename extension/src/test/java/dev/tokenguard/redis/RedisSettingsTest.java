package dev.tokenguard.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tokenguard.settings.InvalidSettingException;
import dev.tokenguard.settings.Setting;
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
                Optional.empty(),
                Optional.empty(),
                0,
                "tg:",
                "token-guard",
                64,
                Duration.ofMillis(400),
                Duration.ofMillis(400),
                Duration.ofMillis(400)));
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
            "username",
            "password",
            "database",
            "key-prefix",
            "client-name",
            "max-pool-size",
            "connect-timeout",
            "read-timeout",
            "pool-timeout");
    assertThat(RedisSettings.SETTINGS)
        .allSatisfy(setting -> assertThat(setting.help()).endsWith("."));
  }

  @ParameterizedTest
  @CsvSource({
    "database,         0,     1000000, -1, 1000001",
    "max-pool-size,    1,     1000,    0,  1001",
    "connect-timeout,  10,    10000,   9,  10001",
    "read-timeout,     10,    10000,   9,  10001",
    "pool-timeout,     10,    10000,   9,  10001",
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
      case "max-pool-size" -> settings -> (long) settings.maxPoolSize();
      case "connect-timeout" -> settings -> settings.connectTimeout().toMillis();
      case "read-timeout" -> settings -> settings.readTimeout().toMillis();
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
      expected.put("username", "alice");
      expected.put("password", "********");
      expected.put("database", "3");
      expected.put("key-prefix", "tg:");
      expected.put("client-name", "token-guard");
      expected.put("max-pool-size", "64");
      expected.put("connect-timeout", "400 ms");
      expected.put("read-timeout", "400 ms");
      expected.put("pool-timeout", "400 ms");
      assertThat(settings.shown()).containsExactlyEntriesOf(expected);
      assertThat(settings).hasToString(expected.toString());
    }
    assertThat(with().shown()).containsEntry("password", "").containsEntry("username", "");
  }
}
