package dev.tokenguard.redis;

import dev.tokenguard.redis.RedisTelemetry.BreakerState;
import dev.tokenguard.redis.RedisTelemetry.Failure;
import dev.tokenguard.redis.RedisTelemetry.Operation;
import dev.tokenguard.rotation.StoreUnavailableException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.stream.IntStream;
import redis.clients.jedis.AbstractPipeline;
import redis.clients.jedis.Response;
import redis.clients.jedis.UnifiedJedis;
import redis.clients.jedis.exceptions.JedisDataException;
import redis.clients.jedis.exceptions.JedisException;
import redis.clients.jedis.exceptions.JedisNoScriptException;

/**
 * A pool of connections to Redis. Opening one needs no Redis: an unreachable one shows at the first
 * command.
 */
public final class Redis implements AutoCloseable {

  private final RedisClients clients;
  private final RedisTelemetry telemetry;
  private final Breaker breaker;

  Redis(UnifiedJedis jedis, BreakerSettings breaker, RedisTelemetry telemetry) {
    this(RedisClients.of(jedis), breaker, telemetry);
  }

  private Redis(RedisClients clients, BreakerSettings breaker, RedisTelemetry telemetry) {
    this.clients = clients;
    this.telemetry = telemetry;
    this.breaker = new Breaker(breaker, this::entered);
  }

  public static Redis open(RedisSettings settings, RedisTelemetry telemetry) {
    return new Redis(RedisClients.of(settings), settings.breaker(), telemetry);
  }

  /**
   * Runs a script on one key, by its hash; a Redis that does not know it yet is given the source.
   *
   * @param reader of the reply; throws {@link StoreUnavailableException} for one that it does not
   *     understand
   * @throws StoreUnavailableException when Redis does not answer as it should
   */
  <T> T run(LuaScript script, String key, List<String> arguments, Function<Object, T> reader) {
    List<String> keys = List.of(key);
    return call(
        script.operation(), redis -> reader.apply(evaluated(redis, script, keys, arguments)));
  }

  private static Object evaluated(
      UnifiedJedis redis, LuaScript script, List<String> keys, List<String> arguments) {
    try {
      return redis.evalsha(script.sha1(), keys, arguments);
    } catch (JedisNoScriptException unknown) {
      return redis.eval(script.source(), keys, arguments);
    }
  }

  /**
   * Runs a script on one key after the other, in one round trip to each master; in two when Redis
   * does not know it yet. Each run is atomic, all together are not: one that fails keeps no other
   * back.
   *
   * @throws StoreUnavailableException when Redis does not answer as it should; some may then have
   *     run
   */
  void runAll(LuaScript script, List<ScriptCall> calls) {
    if (calls.isEmpty()) {
      return;
    }
    call(
        script.operation(),
        redis -> {
          List<Response<Object>> replies =
              inOneTrip(
                  calls,
                  (pipeline, it) ->
                      pipeline.evalsha(script.sha1(), List.of(it.key()), it.arguments()));
          List<ScriptCall> unknown =
              IntStream.range(0, calls.size())
                  .filter(index -> isUnknownScript(replies.get(index)))
                  .mapToObj(calls::get)
                  .toList();
          List<Response<Object>> others =
              inOneTrip(
                  unknown,
                  (pipeline, it) ->
                      pipeline.eval(script.source(), List.of(it.key()), it.arguments()));
          replies.stream().filter(reply -> !isUnknownScript(reply)).forEach(Response::get);
          others.forEach(Response::get);
          return calls.size();
        });
  }

  private List<Response<Object>> inOneTrip(
      List<ScriptCall> calls, BiFunction<AbstractPipeline, ScriptCall, Response<Object>> command) {
    return calls.isEmpty() ? List.of() : clients.inOneTrip(calls, command);
  }

  private static boolean isUnknownScript(Response<Object> reply) {
    try {
      reply.get();
      return false;
    } catch (JedisNoScriptException unknown) {
      return true;
    } catch (JedisDataException refused) {
      return false;
    }
  }

  /**
   * The text at a key. What is not a text is refused.
   *
   * @throws StoreUnavailableException when Redis does not answer as it should
   */
  Optional<String> value(Operation operation, String key) {
    return call(operation, redis -> Optional.ofNullable(redis.get(key)));
  }

  /**
   * The texts at some keys, in one round trip; on a Cluster, in one for each. Null where there is
   * none; by one round trip also where there is something else, as MGET tells no more.
   *
   * @throws StoreUnavailableException when Redis does not answer as it should
   */
  List<String> values(Operation operation, List<String> keys) {
    return call(operation, redis -> clients.values(keys));
  }

  /**
   * @throws StoreUnavailableException when Redis does not answer as it should
   */
  public void ping() {
    call(Operation.PING, UnifiedJedis::ping);
  }

  /** Whether Redis is asked at present. */
  public BreakerState breakerState() {
    return breaker.state();
  }

  private <T> T call(Operation operation, Function<UnifiedJedis, T> command) {
    if (!breaker.letsThrough()) {
      telemetry.failed(operation, Failure.NOT_PERMITTED, "not sent");
      throw new StoreUnavailableException(
          "Redis has not answered, and is not asked again yet", null);
    }
    long begin = System.nanoTime();
    try {
      T answer = command.apply(clients.client());
      breaker.answered(System.nanoTime() - begin);
      telemetry.answered(operation, Duration.ofNanos(System.nanoTime() - begin));
      return answer;
    } catch (JedisException failed) {
      throw unavailable(diagnosed(operation, System.nanoTime() - begin, failed), failed);
    } catch (StoreUnavailableException unexpected) {
      breaker.answered(System.nanoTime() - begin);
      telemetry.failed(operation, Failure.REJECTED, unexpected.getMessage());
      throw unexpected;
    } catch (RuntimeException | Error ours) {
      breaker.cancelled();
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
    Diagnosis diagnosis = Diagnosis.of(failed);
    try {
      telemetry.failed(operation, diagnosis.failure(), FailureText.of(failed));
      if (diagnosis.failure() == Failure.CONNECTION) {
        clients.dropIdle();
      }
    } finally {
      // In any case, or a breaker that is half open would wait for it for ever.
      if (diagnosis.concernsEverybody()) {
        breaker.failed(nanos, failed);
      } else {
        breaker.answered(nanos);
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

  @Override
  public void close() {
    clients.close();
  }
}
