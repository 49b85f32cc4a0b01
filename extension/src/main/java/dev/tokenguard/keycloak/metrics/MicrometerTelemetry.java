package dev.tokenguard.keycloak.metrics;

import static java.util.Objects.requireNonNull;

import dev.tokenguard.config.Setting;
import dev.tokenguard.redis.connection.RedisTelemetry;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Metrics;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import org.jboss.logging.Logger;

/** Counts and times the commands to Redis, and logs outages. */
public final class MicrometerTelemetry implements RedisTelemetry {

  private static final Logger LOG = Logger.getLogger(MicrometerTelemetry.class);

  private final Map<Operation, Timer> calls = new EnumMap<>(Operation.class);
  private final Map<Operation, Map<Failure, Counter>> failures = new EnumMap<>(Operation.class);
  private final OutageLog log = new OutageLog(System::nanoTime, LOG::warn, LOG::info);
  private volatile BreakerState state = BreakerState.CLOSED;

  public MicrometerTelemetry() {
    MeterRegistry registry = Metrics.globalRegistry;
    for (Operation operation : Operation.values()) {
      String name = Setting.id(operation);
      calls.put(
          operation,
          Timer.builder("token_guard.redis")
              .description("Commands to Redis that were answered")
              .tag("operation", name)
              .register(registry));
      Map<Failure, Counter> ofOperation = new EnumMap<>(Failure.class);
      for (Failure failure : Failure.values()) {
        ofOperation.put(
            failure,
            Counter.builder("token_guard.redis.failures")
                .description("Commands to Redis without a usable answer")
                .tag("operation", name)
                .tag("failure", Setting.id(failure))
                .register(registry));
      }
      failures.put(operation, ofOperation);
    }
    for (BreakerState each : BreakerState.values()) {
      Gauge.builder("token_guard.redis.breaker", this, it -> it.state == each ? 1 : 0)
          .description("1 for the current state of the circuit breaker, 0 for the others")
          .tag("state", Setting.id(each))
          .register(registry);
    }
  }

  @Override
  public void answered(Operation operation, Duration took) {
    requireNonNull(calls.get(operation)).record(took);
    log.answered();
  }

  @Override
  public void failed(Operation operation, Failure failure, String message) {
    requireNonNull(requireNonNull(failures.get(operation)).get(failure)).increment();
    LOG.debugf("%s failed (%s): %s", Setting.id(operation), Setting.id(failure), message);
    log.failed(operation, failure, message);
  }

  @Override
  public void entered(BreakerState entered) {
    state = entered;
    LOG.debugf("The circuit breaker of Redis is %s", Setting.id(entered));
    if (entered == BreakerState.OPEN) {
      log.opened();
    }
  }
}
