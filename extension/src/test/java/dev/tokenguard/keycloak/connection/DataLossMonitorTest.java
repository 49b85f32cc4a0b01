package dev.tokenguard.keycloak.connection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import dev.tokenguard.keycloak.Fake;
import dev.tokenguard.keycloak.connection.RedisConnection.DataLossEvent;
import dev.tokenguard.redis.RecordedTelemetry;
import dev.tokenguard.redis.TestRedis;
import dev.tokenguard.redis.connection.Redis;
import dev.tokenguard.redis.store.RedisHeartbeat;
import dev.tokenguard.redis.store.RedisHeartbeat.Loss;
import dev.tokenguard.redis.store.RedisKeys;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.KeycloakSessionFactory;
import org.keycloak.timer.TimerProvider;

/** An exception would stop the only timer of Keycloak, with all its tasks. */
final class DataLossMonitorTest {

  private static final DataLossEvent FLUSHED = new DataLossEvent(Loss.FLUSHED);

  private final Redis redis = TestRedis.open(new RecordedTelemetry());
  private final List<Object> published = new ArrayList<>();
  private RuntimeException failure;
  private Runnable tick;

  @BeforeEach
  void start() {
    TestRedis.JEDIS.flushAll();
    KeycloakSessionFactory factory =
        Fake.of(
            KeycloakSessionFactory.class,
            (self, method, arguments) -> {
              published.add(arguments[0]);
              if (failure != null) {
                throw failure;
              }
              return null;
            });
    new DataLossMonitor(new RedisHeartbeat(redis, new RedisKeys(TestRedis.PREFIX)), factory)
        .start(
            Fake.of(
                KeycloakSession.class,
                Map.of(
                    "getProvider",
                    Fake.of(
                        TimerProvider.class,
                        (self, method, arguments) -> tick = (Runnable) arguments[0]))));
    tick.run();
  }

  @AfterEach
  void close() {
    redis.close();
  }

  @Test
  void given_a_flush_then_it_is_published_once() {
    TestRedis.JEDIS.flushAll();
    tick.run();
    tick.run();

    assertThat(published).containsExactly(FLUSHED);
  }

  @Test
  void given_a_recovery_that_fails_then_the_timer_goes_on_and_it_is_published_until_it_succeeds() {
    failure = new IllegalStateException("the database is unavailable");
    TestRedis.JEDIS.flushAll();
    assertThatCode(tick::run).doesNotThrowAnyException();
    assertThatCode(tick::run).doesNotThrowAnyException();
    assertThat(published).containsExactly(FLUSHED, FLUSHED);

    failure = null;
    tick.run();
    tick.run();
    assertThat(published).containsExactly(FLUSHED, FLUSHED, FLUSHED);
  }
}
