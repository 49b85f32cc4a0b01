package dev.tokenguard.redis.connection;

import dev.tokenguard.redis.RedisTelemetry.BreakerState;
import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig.SlidingWindowType;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * Protects a Redis that does not answer, and those who would wait for it. Open, it lets nobody
 * through; after the delay it lets one, whose fate decides for all.
 */
final class Breaker {

  private static final float ALL = 100;

  private final CircuitBreaker circuit;

  /**
   * @param listener is notified of each change, on the thread that caused it
   */
  Breaker(BreakerSettings settings, Consumer<BreakerState> listener) {
    // The last so many, all of them failed: that is so many in a row.
    CircuitBreakerConfig config =
        CircuitBreakerConfig.custom()
            .slidingWindow(settings.failures(), settings.failures(), SlidingWindowType.COUNT_BASED)
            .failureRateThreshold(ALL)
            .waitDurationInOpenState(settings.delay())
            .permittedNumberOfCallsInHalfOpenState(1)
            .build();
    circuit = CircuitBreaker.of("redis", config);
    circuit
        .getEventPublisher()
        .onStateTransition(change -> listener.accept(of(change.getStateTransition().getToState())));
  }

  /** Whoever is let through tells exactly one of the three below. */
  boolean tryAcquirePermission() {
    return circuit.tryAcquirePermission();
  }

  void onSuccess(long nanos) {
    circuit.onSuccess(nanos, TimeUnit.NANOSECONDS);
  }

  void onError(long nanos, Exception failure) {
    circuit.onError(nanos, TimeUnit.NANOSECONDS, failure);
  }

  /** Nothing was learned of Redis. */
  void releasePermission() {
    circuit.releasePermission();
  }

  BreakerState state() {
    return of(circuit.getState());
  }

  private static BreakerState of(CircuitBreaker.State state) {
    return switch (state) {
      case OPEN -> BreakerState.OPEN;
      case HALF_OPEN -> BreakerState.HALF_OPEN;
      // The others are never switched to.
      default -> BreakerState.CLOSED;
    };
  }
}
