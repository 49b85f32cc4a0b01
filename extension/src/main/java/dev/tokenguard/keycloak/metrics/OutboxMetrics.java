package dev.tokenguard.keycloak.metrics;

import static java.util.Objects.requireNonNull;

import dev.tokenguard.config.Setting;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Metrics;
import java.util.EnumMap;
import java.util.Map;
import java.util.function.IntSupplier;

/** Counts the revocations by how they reached Redis, and those that wait for it. */
public final class OutboxMetrics {

  /** The result of one revocation. */
  public enum Result {
    /** Recorded in Redis within the request. */
    DELIVERED,
    /** Waits in the outbox, because Redis is unavailable. */
    KEPT,
    /** Recorded in Redis after it has waited. */
    DELIVERED_LATER,
    /** No longer necessary: no token that it covers can be valid. */
    EXPIRED,
    /** Not in memory, because the outbox is full. It is read from the database later. */
    OVERFLOWED
  }

  private final Map<Result, Counter> results = new EnumMap<>(Result.class);

  /**
   * @param pending the number of revocations in the outbox
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
    requireNonNull(results.get(result)).increment();
  }
}
