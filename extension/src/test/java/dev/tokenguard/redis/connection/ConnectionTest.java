package dev.tokenguard.redis.connection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tokenguard.redis.RecordedTelemetry;
import dev.tokenguard.redis.TestRedis;
import dev.tokenguard.redis.connection.RedisTelemetry.Failure;
import dev.tokenguard.redis.connection.RedisTelemetry.Operation;
import dev.tokenguard.rotation.StoreUnavailableException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;

/** Opens connections as Keycloak does, and records their telemetry. */
abstract class ConnectionTest {

  /** All timeouts together, a failover, and what a busy machine adds. */
  static final Duration PATIENCE = Duration.ofSeconds(30);

  /** For servers that fail: long enough for a busy machine, and shorter than a failover. */
  static final String FAILING = "connect-timeout=2000 read-timeout=2000 pool-timeout=5000";

  /** Counts its runs at a key: a command that is repeated shows. */
  static final Redis.Script INCREMENT =
      new Redis.Script(Operation.ROTATE, "return redis.call('INCR', KEYS[1])");

  final RecordedTelemetry telemetry = new RecordedTelemetry();
  private final List<Redis> opened = new ArrayList<>();

  @AfterEach
  final void closeConnections() {
    opened.forEach(Redis::close);
  }

  /**
   * @param settings as in {@link TestRedis#settings}
   */
  final Redis open(String... settings) {
    Redis redis = Redis.open(TestRedis.settings(settings), telemetry);
    opened.add(redis);
    return redis;
  }

  static boolean answers(Redis redis) {
    try {
      redis.ping();
      return true;
    } catch (StoreUnavailableException unavailable) {
      return false;
    }
  }

  static long increment(Redis redis, String key) {
    return redis.run(INCREMENT, key, List.of(), Long.class::cast);
  }

  /** The next command fails; its message for the log has these parts. */
  final void assertFails(Redis redis, Failure failure, String... parts) {
    telemetry.failed.clear();
    telemetry.answered.clear();
    assertThatThrownBy(() -> increment(redis, "key"))
        .isInstanceOfSatisfying(
            StoreUnavailableException.class,
            it ->
                assertThat(it.mayHaveBeenExecuted())
                    .as("Redis may have executed the command")
                    .isEqualTo(failure != Failure.REJECTED))
        .hasMessage("A Redis command failed");
    assertThat(telemetry.answered).isEmpty();
    assertThat(telemetry.failed)
        .singleElement()
        .satisfies(
            it -> {
              assertThat(it.operation()).isEqualTo(INCREMENT.operation());
              assertThat(it.failure()).isEqualTo(failure);
              assertThat(it.message()).isNotBlank();
              assertThat(parts).allSatisfy(part -> assertThat(it.message()).contains(part));
            });
  }

  final List<Failure> failures() {
    return telemetry.failed.stream().map(RecordedTelemetry.Failed::failure).toList();
  }
}
