package dev.tokenguard.redis.connection;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tokenguard.redis.connection.RedisTelemetry.Failure;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import redis.clients.jedis.exceptions.JedisDataException;

/** Error replies. For time-outs and broken connections see {@link RedisFailureTest}. */
final class FailureClassifierTest {

  private static FailureClassifier of(String code) {
    return FailureClassifier.of(new JedisDataException(code + " and a reason"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"LOADING", "BUSY", "MASTERDOWN", "CLUSTERDOWN", "NOAUTH", "WRONGPASS"})
  void given_an_error_that_answers_any_command_then_it_affects_all(String code) {
    assertThat(of(code)).isEqualTo(new FailureClassifier(Failure.REJECTED, true));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"WRONGTYPE", "READONLY", "OOM", "MISCONF", "NOREPLICAS", "NOPERM", "FORMAT", ""})
  void given_an_error_that_answers_one_command_or_writes_then_it_does_not_affect_all(String code) {
    assertThat(of(code)).isEqualTo(new FailureClassifier(Failure.REJECTED, false));
  }
}
