package dev.tokenguard.keycloak.metrics;

import dev.tokenguard.redis.RedisTelemetry;
import dev.tokenguard.settings.Setting;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Metrics;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jboss.logging.Logger;

/**
 * Counts and times what Redis is asked for, and says in the log when it goes away and when it is
 * back: one line each, however many requests are hit.
 */
public final class MicrometerTelemetry implements RedisTelemetry {

  private static final Logger LOG = Logger.getLogger(MicrometerTelemetry.class);

  private final Map<Operation, Timer> calls = new EnumMap<>(Operation.class);
  private final Map<Operation, Map<Failure, Counter>> failures = new EnumMap<>(Operation.class);
  private final AtomicBoolean isAway = new AtomicBoolean();

  public MicrometerTelemetry() {
    MeterRegistry registry = Metrics.globalRegistry;
    for (Operation operation : Operation.values()) {
      String name = Setting.word(operation);
      calls.put(
          operation,
          Timer.builder("token_guard.redis")
              .description("Answered calls to Redis")
              .tag("operation", name)
              .register(registry));
      Map<Failure, Counter> ofOperation = new EnumMap<>(Failure.class);
      for (Failure failure : Failure.values()) {
        ofOperation.put(
            failure,
            Counter.builder("token_guard.redis.failures")
                .description("Calls to Redis without a usable answer")
                .tag("operation", name)
                .tag("failure", Setting.word(failure))
                .register(registry));
      }
      failures.put(operation, ofOperation);
    }
  }

  @Override
  public void answered(Operation operation, Duration took) {
    calls.get(operation).record(took);
    // Read first: the line of a healthy Redis must not be written to on every request.
    if (isAway.get() && isAway.compareAndSet(true, false)) {
      LOG.info("Redis answers again");
    }
  }

  @Override
  public void failed(Operation operation, Failure failure, String message) {
    failures.get(operation).get(failure).increment();
    if (isAway.compareAndSet(false, true)) {
      LOG.warnf("Redis does not answer as it should (%s): %s", Setting.word(failure), message);
    }
  }
}
