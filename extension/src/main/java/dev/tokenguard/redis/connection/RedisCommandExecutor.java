package dev.tokenguard.redis.connection;

import dev.tokenguard.redis.RedisTelemetry;
import dev.tokenguard.redis.RedisTelemetry.BreakerState;
import dev.tokenguard.redis.RedisTelemetry.Failure;
import dev.tokenguard.redis.RedisTelemetry.Operation;
import dev.tokenguard.rotation.StoreUnavailableException;
import java.time.Duration;
import java.util.function.Function;
import redis.clients.jedis.UnifiedJedis;
import redis.clients.jedis.exceptions.JedisException;

/** Every command goes this way: past the breaker, timed, and with its failure understood. */
public final class RedisCommandExecutor {

  private final RedisClients clients;
  private final RedisTelemetry telemetry;
  private final Breaker breaker;

  public RedisCommandExecutor(
      RedisClients clients, BreakerSettings breaker, RedisTelemetry telemetry) {
    this.clients = clients;
    this.telemetry = telemetry;
    this.breaker = new Breaker(breaker, this::entered);
  }

  public BreakerState breakerState() {
    return breaker.state();
  }

  /**
   * Carries a command out, unless the breaker is open.
   *
   * @throws StoreUnavailableException when Redis does not answer as it should
   */
  public <T> T call(Operation operation, Function<UnifiedJedis, T> command) {
    if (!breaker.tryAcquirePermission()) {
      telemetry.failed(operation, Failure.NOT_PERMITTED, "not sent");
      throw new StoreUnavailableException(
          "Redis has not answered, and is not asked again yet", null);
    }
    long begin = System.nanoTime();
    try {
      T answer = command.apply(clients.client());
      breaker.onSuccess(System.nanoTime() - begin);
      telemetry.answered(operation, Duration.ofNanos(System.nanoTime() - begin));
      return answer;
    } catch (JedisException failed) {
      throw unavailable(diagnosed(operation, System.nanoTime() - begin, failed), failed);
    } catch (StoreUnavailableException unexpected) {
      breaker.onSuccess(System.nanoTime() - begin);
      telemetry.failed(operation, Failure.REJECTED, unexpected.getMessage());
      throw unexpected;
    } catch (RuntimeException | Error ours) {
      breaker.releasePermission();
      throw ours;
    }
  }

  private static StoreUnavailableException unavailable(Failure failure, JedisException failed) {
    String message = "Redis did not answer as it should";
    // A connection that broke may have carried the command before.
    return failure == Failure.REJECTED
        ? new StoreUnavailableException(message, failed)
        : StoreUnavailableException.unanswered(message, failed);
  }

  private Failure diagnosed(Operation operation, long nanos, JedisException failed) {
    FailureClassifier diagnosis = FailureClassifier.of(failed);
    try {
      telemetry.failed(operation, diagnosis.failure(), FailureHints.of(failed));
      if (diagnosis.failure() == Failure.CONNECTION) {
        clients.dropIdle();
      }
    } finally {
      // In any case, or a breaker that is half open would wait for it for ever.
      if (diagnosis.concernsEverybody()) {
        breaker.onError(nanos, failed);
      } else {
        breaker.onSuccess(nanos);
      }
    }
    return diagnosis.failure();
  }

  private void entered(BreakerState state) {
    if (state == BreakerState.OPEN) {
      // What tries next shall not try by a connection from before.
      clients.dropIdle();
    }
    telemetry.entered(state);
  }
}
