package dev.tokenguard.redis.connection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class RedisAddressTest {

  @ParameterizedTest
  @CsvSource({
    "redis://cache,                     cache,              , false, 0",
    "redis://cache/,                    cache,              , false, 0",
    "redis://cache:7000,                cache,              7000, false, 0",
    "redis://cache:7000/3,              cache,              7000, false, 3",
    "REDIS://Cache.example.org/1000000, Cache.example.org,  , false, 1000000",
    "rediss://cache:6380,               cache,              6380, true,  0",
    "redis://my_redis:7000,             my_redis,           7000, false, 0",
    "redis://192.0.2.1:7000,            192.0.2.1,          7000, false, 0",
    "redis://[::1],                     [::1],              , false, 0",
    "redis://[2001:db8::7]:7000/2,      [2001:db8::7],      7000, false, 2",
  })
  void whenAUrlIsTakenApart_thenEachPartIsThere(
      String url, String host, Integer port, boolean usesTls, int database) {
    assertThat(RedisAddress.parse(url))
        .isEqualTo(
            new RedisAddress(
                List.of(
                    new RedisAddress.Node(
                        host, Stream.ofNullable(port).mapToInt(it -> it).findAny())),
                usesTls,
                Optional.empty(),
                Optional.empty(),
                database));
  }

  @Test
  void whenAUrlNamesSeveralHosts_thenAllAreThereInTheirOrder() {
    RedisAddress address =
        RedisAddress.parse("rediss://alice:a,b@[::1]:7000,cache_1,192.0.2.1:1/0");
    assertThat(address.nodes())
        .extracting(RedisAddress.Node::toString)
        .containsExactly("[::1]:7000", "cache_1", "192.0.2.1:1");
    assertThat(address.password()).contains("a,b");
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
  void whenAUrlHasCredentials_thenTheyAreDecoded(String url, String username, String password) {
    RedisAddress address = RedisAddress.parse(url);
    assertThat(address.username()).isEqualTo(Optional.ofNullable(username));
    assertThat(address.password()).isEqualTo(Optional.ofNullable(password));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "cache",
        "cache:6379",
        "http://cache",
        "redis:cache",
        "redis://",
        "redis:///3",
        "redis://cache/three",
        "redis://cache/-1",
        "redis://cache/1000001",
        "redis://cache/2147483648",
        "redis://cache/4294967295",
        "redis://cache/1/2",
        "redis://cache?timeout=3",
        "redis://cache#3",
        "redis://cache:port",
        "redis://cache:0",
        "redis://cache:65536",
        "redis://two words",
        "redis://one,",
        "redis://,two",
        "redis://one,,two",
        "redis://one, two",
        "redis://one/0,two/0",
        "redis://one,redis://two",
        "redis://one:0,two",
        "redis://alice:p%zzw@cache"
      })
  void whenATextIsNoRedisUrl_thenItIsRefused(String text) {
    assertThatIllegalArgumentException().isThrownBy(() -> RedisAddress.parse(text));
  }

  @Test
  void whenTheHostIsAnIpv6Address_thenJavaReadsItAsSuch() throws UnknownHostException {
    InetAddress address =
        InetAddress.getByName(RedisAddress.parse("redis://[::1]:7000").nodes().get(0).host());
    assertThat(address).isInstanceOf(Inet6Address.class).matches(InetAddress::isLoopbackAddress);
  }

  @Test
  void whenAnAddressIsShown_thenItHasNoCredentials() {
    assertThat(RedisAddress.parse("rediss://alice:secret@cache/3")).hasToString("rediss://cache");
  }
}
