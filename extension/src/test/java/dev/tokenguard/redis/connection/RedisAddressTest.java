package dev.tokenguard.redis.connection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class RedisAddressTest {

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
