package dev.tokenguard.redis;

import dev.tokenguard.redis.RedisTelemetry.BreakerState;
import dev.tokenguard.redis.RedisTelemetry.Operation;
import dev.tokenguard.redis.connection.BreakerSettings;
import dev.tokenguard.redis.connection.RedisClients;
import dev.tokenguard.redis.connection.RedisCommandExecutor;
import dev.tokenguard.redis.store.LuaScript;
import dev.tokenguard.redis.store.ScriptCall;
import dev.tokenguard.rotation.StoreUnavailableException;
import java.util.List;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.stream.IntStream;
import redis.clients.jedis.AbstractPipeline;
import redis.clients.jedis.Response;
import redis.clients.jedis.UnifiedJedis;
import redis.clients.jedis.exceptions.JedisDataException;
import redis.clients.jedis.exceptions.JedisNoScriptException;

/**
 * A pool of connections to Redis. Opening one needs no Redis: an unreachable one shows at the first
 * command.
 */
public final class Redis implements AutoCloseable {

  private final RedisClients clients;
  private final RedisCommandExecutor calls;

  public Redis(UnifiedJedis jedis, BreakerSettings breaker, RedisTelemetry telemetry) {
    this(RedisClients.of(jedis), breaker, telemetry);
  }

  private Redis(RedisClients clients, BreakerSettings breaker, RedisTelemetry telemetry) {
    this.clients = clients;
    this.calls = new RedisCommandExecutor(clients, breaker, telemetry);
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
  public <T> T run(
      LuaScript script, String key, List<String> arguments, Function<Object, T> reader) {
    List<String> keys = List.of(key);
    return calls.call(
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
  public void runAll(LuaScript script, List<ScriptCall> scripts) {
    if (scripts.isEmpty()) {
      return;
    }
    calls.call(
        script.operation(),
        redis -> {
          List<Response<Object>> replies =
              pipelined(
                  scripts,
                  (pipeline, it) ->
                      pipeline.evalsha(script.sha1(), List.of(it.key()), it.arguments()));
          List<ScriptCall> unknown =
              IntStream.range(0, scripts.size())
                  .filter(index -> isUnknownScript(replies.get(index)))
                  .mapToObj(scripts::get)
                  .toList();
          List<Response<Object>> others =
              pipelined(
                  unknown,
                  (pipeline, it) ->
                      pipeline.eval(script.source(), List.of(it.key()), it.arguments()));
          replies.stream().filter(reply -> !isUnknownScript(reply)).forEach(Response::get);
          others.forEach(Response::get);
          return scripts.size();
        });
  }

  private List<Response<Object>> pipelined(
      List<ScriptCall> scripts,
      BiFunction<AbstractPipeline, ScriptCall, Response<Object>> command) {
    return scripts.isEmpty() ? List.of() : clients.pipelined(scripts, command);
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
  public Optional<String> value(Operation operation, String key) {
    return calls.call(operation, redis -> Optional.ofNullable(redis.get(key)));
  }

  /**
   * The texts at some keys, in one round trip; on a Cluster, in one for each. Null where there is
   * none; by one round trip also where there is something else, as MGET tells no more.
   *
   * @throws StoreUnavailableException when Redis does not answer as it should
   */
  public List<String> values(Operation operation, List<String> keys) {
    return calls.call(operation, redis -> clients.values(keys));
  }

  /**
   * @throws StoreUnavailableException when Redis does not answer as it should
   */
  public void ping() {
    calls.call(Operation.PING, UnifiedJedis::ping);
  }

  /** Whether Redis is asked at present. */
  public BreakerState breakerState() {
    return calls.breakerState();
  }

  @Override
  public void close() {
    clients.close();
  }
}
