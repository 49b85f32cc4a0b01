package dev.tokenguard.redis.connection;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tokenguard.redis.connection.RedisTelemetry.Failure;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import redis.clients.jedis.exceptions.JedisDataException;

/** Error replies. For time-outs and broken connections see {@link RedisFailureTest}. */
final class FailureClassifierTest {

  @ParameterizedTest
  @ValueSource(
      strings = {
        "LOADING Redis is loading the dataset in memory",
        "BUSY Redis is busy running a script.",
        "MASTERDOWN Link with MASTER is down and replica-serve-stale-data is set to 'no'.",
        "CLUSTERDOWN The cluster is down",
        "NOAUTH Authentication required.",
        "WRONGPASS invalid username-password pair or user is disabled."
      })
  void given_an_error_that_answers_any_command_then_it_affects_all(String reply) {
    assertThat(FailureClassifier.of(new JedisDataException(reply)))
        .isEqualTo(new FailureClassifier(Failure.REJECTED, true));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "WRONGTYPE Operation against a key holding the wrong kind of value",
        "READONLY You can't write against a read only replica.",
        "OOM command not allowed when used memory > 'maxmemory'.",
        "MISCONF Redis is configured to save RDB snapshots, but it's currently unable to",
        "NOREPLICAS Not enough good replicas to write.",
        "NOPERM User alice has no permissions to run the 'get' command",
        "FORMAT unknown version 2",
        "ERR unknown command",
        ""
      })
  void given_an_error_that_answers_one_command_or_writes_then_it_does_not_affect_all(String reply) {
    assertThat(FailureClassifier.of(new JedisDataException(reply)))
        .isEqualTo(new FailureClassifier(Failure.REJECTED, false));
  }
}
