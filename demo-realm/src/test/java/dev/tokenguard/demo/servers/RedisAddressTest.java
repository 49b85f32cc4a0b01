package dev.tokenguard.demo.servers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tokenguard.demo.terminal.DemoFailure;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RedisAddressTest {

  @ParameterizedTest
  @CsvSource({
    "redis://host:6379, redis://host:6379",
    "rediss://host:6379/2, rediss://host:6379/2",
    "redis://:s3cret@host:6379, redis://:***@host:6379",
    "redis://bob:s3cret@host:6379/2, redis://bob:***@host:6379/2",
    "redis://s3cret@host:6379, redis://:***@host:6379",
    "redis://bob:s%403cret:x@host:6379, redis://bob:***@host:6379"
  })
  void given_an_address_then_its_text_has_no_password(String text, String shown) {
    assertThat(RedisAddress.parse(text)).hasToString(shown);
  }

  @Test
  void given_an_address_then_its_uri_has_the_password() {
    assertThat(RedisAddress.parse("redis://:s3cret@host:6379").uri().getUserInfo())
        .isEqualTo(":s3cret");
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
