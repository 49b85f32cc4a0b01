package dev.tokenguard.redis.connection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tokenguard.config.InvalidSettingException;
import dev.tokenguard.redis.TestRedis;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Settings and addresses. Names, ranges and defaults are compared with the documentation elsewhere.
 */
final class RedisSettingsTest {

  private static RedisSettings with(String... settings) {
    return TestRedis.settings("url=redis://cache", String.join(" ", settings));
  }

  @Test
  void given_no_url_then_there_are_no_settings() {
    assertThat(RedisSettings.parse(name -> null)).isEmpty();
    assertThat(RedisSettings.parse(name -> "  ")).isEmpty();
    assertThat(RedisSettings.parse(name -> name.equals("password") ? "x" : null)).isEmpty();
  }

  @Test
  void given_all_settings_then_they_are_described_with_masked_passwords() {
    RedisSettings settings =
        with(
            "url=rediss://cache topology=sentinel sentinel-master=main sentinel-username=watcher",
            "sentinel-password=guess1 username=alice password=guess2 database=3",
            "tls-verify-hostname=false key-prefix=Prod-7._: client-name=kc-1{node} resp=2",
            "max-pool-size=10 connect-timeout=11 read-timeout=12 pool-timeout=13",
            "breaker-failures=14 breaker-wait-duration=15 readiness-requires-redis=true");
    assertThat(settings)
        .hasToString(settings.describe().toString())
        .hasToString(
            "{url=rediss://cache:26379, topology=sentinel, sentinel-master=main,"
                + " sentinel-username=watcher, sentinel-password=********, username=alice,"
                + " password=********, database=3, tls-ca-file=, tls-certificate-file=,"
                + " tls-key-file=, tls-verify-hostname=false, key-prefix=Prod-7._:,"
                + " client-name=kc-1{node}, resp=2, max-pool-size=10, connect-timeout=11 ms,"
                + " read-timeout=12 ms, pool-timeout=13 ms, breaker-failures=14,"
                + " breaker-wait-duration=15 ms, readiness-requires-redis=true}");
    assertThat(settings.sentinel().password()).contains("guess1");
    assertThat(settings.password()).contains("guess2");
    assertThat(with().describe()).doesNotContainKeys("sentinel-master", "tls-ca-file");
  }

  @Test
  void given_credentials_in_the_url_then_those_of_settings_take_precedence() {
    String url = "url=redis://bob:other@cache/2";
    assertThat(with(url).describe())
        .containsAllEntriesOf(Map.of("username", "bob", "database", "2"));
    assertThat(with(url).password()).contains("other");
    RedisSettings settings = with(url, "username=alice password=guess database=3");
    assertThat(settings.describe())
        .containsAllEntriesOf(Map.of("username", "alice", "database", "3"));
    assertThat(settings.password()).contains("guess");
  }

  @Test
  void given_a_topology_then_its_port_is_the_default() {
    String url = "url=redis://one,two:7000/0";
    assertThat(with(url, "topology=cluster").address()).hasToString("redis://one:6379,two:7000");
    assertThat(with(url, "topology=sentinel sentinel-master=main").address())
        .hasToString("redis://one:26379,two:7000");
  }

  @ParameterizedTest
  @ValueSource(strings = {"http://alice:guess@cache", "redis://a:guess@c/9999999"})
  void given_a_wrong_url_then_the_refusal_has_none_of_its_parts(String url) {
    assertThatThrownBy(() -> with("url=" + url))
        .isInstanceOf(InvalidSettingException.class)
        .hasMessageStartingWith("url: redis://")
        .hasNoCause()
        .asString()
        .doesNotContain("guess");
  }

  @ParameterizedTest
  @ValueSource(strings = {"a{b}", "a b", "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx", "ä", "a\nb"})
  void given_a_prefix_with_unsafe_characters_then_it_is_refused(String prefix) {
    assertThatThrownBy(
            () -> RedisSettings.parse(Map.of("url", "redis://cache", "key-prefix", prefix)::get))
        .hasMessage("key-prefix: 1 to 32 of letters, digits and -._:");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          client-name=ä                   | client-name: 1 to 64 printable characters without spaces
          database=-1                     | database: 0 to 1000000
          topology=ring                   | topology: one of standalone, sentinel, cluster
          topology=sentinel               | sentinel-master: the topology sentinel needs the name of the master
          sentinel-master=main            | sentinel-master: it is accepted with the topology sentinel only
          sentinel-master=a/b             | sentinel-master: letters, digits and .-_
          url=redis://one,two             | topology: it must be sentinel or cluster, because the url has several hosts
          topology=cluster database=1     | database: it must be 0 with the topology cluster, also in the url
          topology=cluster url=redis://o/3| database: it must be 0 with the topology cluster, also in the url
          """)
  void given_settings_that_are_not_accepted_then_the_refusal_has_the_reason(
      String settings, String message) {
    assertThatThrownBy(() -> with(settings))
        .isInstanceOf(InvalidSettingException.class)
        .hasMessage(message)
        .hasNoCause();
  }

  @ParameterizedTest
  @CsvSource({
    "redis://cache,                     redis://cache:6379,               0",
    "redis://cache/,                    redis://cache:6379,               0",
    "redis://cache:7000/3,              redis://cache:7000,               3",
    "REDIS://Cache.example.org/1000000, redis://Cache.example.org:6379,   1000000",
    "rediss://cache:6380,               rediss://cache:6380,              0",
    "redis://my_redis:7000,             redis://my_redis:7000,            0",
    "redis://192.0.2.1:7000,            redis://192.0.2.1:7000,           0",
    "redis://[::1],                     redis://[::1]:6379,               0",
    "redis://[2001:db8::7]:7000/2,      redis://[2001:db8::7]:7000,       2",
  })
  void given_a_url_then_its_parts_are_there(String url, String complete, int database) {
    RedisAddress address = RedisAddress.parse(url).withDefaultPort(6379);
    assertThat(address).hasToString(complete);
    assertThat(address.usesTls()).isEqualTo(complete.startsWith("rediss"));
    assertThat(address.database()).isEqualTo(database);
    assertThat(address.username()).isEmpty();
    assertThat(address.password()).isEmpty();
  }

  @Test
  void given_several_hosts_then_they_keep_their_order_and_the_text_has_no_credentials() {
    RedisAddress address =
        RedisAddress.parse("rediss://alice:a,b@[::1]:7000,cache_1,192.0.2.1:1/0");
    assertThat(address.password()).contains("a,b");
    assertThat(address).hasToString("rediss://[::1]:7000,cache_1,192.0.2.1:1");
    assertThat(address.withDefaultPort(26379))
        .hasToString("rediss://[::1]:7000,cache_1:26379,192.0.2.1:1");
  }

  @ParameterizedTest
  @CsvSource({
    "redis://alice:secret@cache,        alice,  secret",
    "redis://:secret@cache,             ,       secret",
    "redis://alice@cache,               alice,  ",
    "redis://alice:@cache,              alice,  ",
    "redis://alice:a:b@cache,           alice,  a:b",
    "redis://al%40ice:p%2Fw%25+%3A@[::1], al@ice, p/w%+:",
    "redis://z:%C3%AB%20@cache,         z,      'ë '",
  })
  void given_credentials_then_they_are_decoded(String url, String username, String password) {
    RedisAddress address = RedisAddress.parse(url);
    assertThat(address.username()).isEqualTo(Optional.ofNullable(username));
    assertThat(address.password()).isEqualTo(Optional.ofNullable(password));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "cache:6379 http://cache redis:cache redis:// redis:///3",
        "redis://cache/three redis://cache/-1 redis://cache/1000001 redis://cache/4294967295",
        "redis://cache/1/2 redis://cache?timeout=3 redis://cache#3 redis://alice:p%zzw@cache",
        "redis://cache:port redis://cache:0 redis://cache:65536 redis://one:0,two",
        "redis://one, redis://,two redis://one,,two redis://one/0,two/0 redis://one,redis://two"
      })
  void given_other_texts_then_they_are_refused(String texts) {
    for (String text : texts.split(" ")) {
      assertThatIllegalArgumentException().isThrownBy(() -> RedisAddress.parse(text)).as(text);
    }
    assertThatIllegalArgumentException().isThrownBy(() -> RedisAddress.parse("redis://a b"));
  }
}
