package dev.tokenguard.redis.connection;

import dev.tokenguard.redis.connection.RedisTelemetry.BreakerState;
import dev.tokenguard.redis.connection.RedisTelemetry.Failure;
import dev.tokenguard.redis.connection.RedisTelemetry.Operation;
import dev.tokenguard.rotation.StoreUnavailableException;
import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig.SlidingWindowType;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import redis.clients.jedis.UnifiedJedis;
import redis.clients.jedis.exceptions.JedisException;

/**
 * Executes commands behind a circuit breaker, measures them, and classifies their failures. While
 * the breaker is half open, it permits one command; the outcome of that one closes or opens it.
 */
final class RedisCommandExecutor {

  private static final float ALL = 100;

  private final RedisClients clients;
  private final RedisTelemetry telemetry;
  private final CircuitBreaker breaker;

  RedisCommandExecutor(
      RedisClients clients, RedisSettings.Breaker settings, RedisTelemetry telemetry) {
    this.clients = clients;
    this.telemetry = telemetry;
    // All of the last n commands failed: n failures in a row.
    this.breaker =
        CircuitBreaker.of(
            "redis",
            CircuitBreakerConfig.custom()
                .slidingWindow(
                    settings.failures(), settings.failures(), SlidingWindowType.COUNT_BASED)
                .failureRateThreshold(ALL)
                .waitDurationInOpenState(settings.waitDuration())
                .permittedNumberOfCallsInHalfOpenState(1)
                .build());
    breaker
        .getEventPublisher()
        .onStateTransition(event -> entered(state(event.getStateTransition().getToState())));
  }

  BreakerState breakerState() {
    return state(breaker.getState());
  }

  /**
   * Executes a command, unless the breaker is open.
   *
   * @param command may throw {@link StoreUnavailableException} for a reply that it does not
   *     understand
   * @throws StoreUnavailableException if Redis does not answer the command, or with an error
   */
  <T> T execute(Operation operation, Function<UnifiedJedis, T> command) {
    if (!breaker.tryAcquirePermission()) {
      telemetry.failed(operation, Failure.NOT_PERMITTED, "not sent");
      throw new StoreUnavailableException("The circuit breaker of Redis is open");
    }
    long begin = System.nanoTime();
    try {
      T reply = command.apply(clients.client());
      long nanos = System.nanoTime() - begin;
      breaker.onSuccess(nanos, TimeUnit.NANOSECONDS);
      telemetry.answered(operation, Duration.ofNanos(nanos));
      return reply;
    } catch (JedisException failed) {
      if (FailureClassifier.isInterruption(failed)) {
        // Not a failure of Redis, but a half-open breaker would wait for the outcome.
        breaker.releasePermission();
        Thread.currentThread().interrupt();
        throw new StoreUnavailableException("The thread was interrupted", failed);
      }
      throw unavailable(recorded(operation, System.nanoTime() - begin, failed), failed);
    } catch (StoreUnavailableException unexpectedReply) {
      breaker.onSuccess(System.nanoTime() - begin, TimeUnit.NANOSECONDS);
      telemetry.failed(operation, Failure.REJECTED, String.valueOf(unexpectedReply.getMessage()));
      throw unexpectedReply;
    } catch (RuntimeException | Error defect) {
      breaker.releasePermission();
      throw defect;
    }
  }

  private Failure recorded(Operation operation, long nanos, JedisException failed) {
    FailureClassifier classified = FailureClassifier.of(failed);
    try {
      telemetry.failed(operation, classified.failure(), FailureClassifier.describe(failed));
      if (classified.failure() == Failure.CONNECTION) {
        clients.dropIdle();
      }
    } finally {
      // A half-open breaker waits for the outcome without a limit.
      if (classified.affectsAllCommands()) {
        breaker.onError(nanos, TimeUnit.NANOSECONDS, failed);
      } else {
        breaker.onSuccess(nanos, TimeUnit.NANOSECONDS);
      }
    }
    return classified.failure();
  }

  private static StoreUnavailableException unavailable(Failure failure, JedisException failed) {
    String message = "A Redis command failed";
    // Redis may have executed a command whose connection broke.
    return failure == Failure.REJECTED
        ? new StoreUnavailableException(message, failed)
        : StoreUnavailableException.unanswered(message, failed);
  }

  private void entered(BreakerState state) {
    if (state == BreakerState.OPEN) {
      // The next attempt needs a new connection: the idle ones may be broken.
      clients.dropIdle();
    }
    telemetry.entered(state);
  }

  private static BreakerState state(CircuitBreaker.State state) {
    return switch (state) {
      case OPEN -> BreakerState.OPEN;
      case HALF_OPEN -> BreakerState.HALF_OPEN;
      // DISABLED, FORCED_OPEN and METRICS_ONLY are entered on request only.
      default -> BreakerState.CLOSED;
    };
  }
}
