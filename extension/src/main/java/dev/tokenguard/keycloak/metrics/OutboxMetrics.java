package dev.tokenguard.keycloak.metrics;

import dev.tokenguard.config.Setting;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Metrics;
import java.util.EnumMap;
import java.util.Map;
import java.util.function.IntSupplier;

/** What is counted of the revocations that are recorded in Redis. */
public final class OutboxMetrics {

  /** How one was recorded. */
  public enum Result {
    DELIVERED,
    KEPT,
    DELIVERED_LATER,
    EXPIRED,
    OVERFLOWED
  }

  private final Map<Result, Counter> results = new EnumMap<>(Result.class);

  /**
   * @param pending how many wait
   */
  public OutboxMetrics(IntSupplier pending) {
    for (Result result : Result.values()) {
      results.put(
          result,
          Counter.builder("token_guard.revocations")
              .description("Revocations by how they reached Redis")
              .tag("result", Setting.id(result))
              .register(Metrics.globalRegistry));
    }
    Gauge.builder("token_guard.revocations.pending", pending::getAsInt)
        .description("Revocations that wait for Redis")
        .register(Metrics.globalRegistry);
  }

  public void count(Result result) {
    results.get(result).increment();
  }
}
