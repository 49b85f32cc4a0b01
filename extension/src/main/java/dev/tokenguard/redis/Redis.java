package dev.tokenguard.redis;

import dev.tokenguard.redis.RedisTelemetry.Failure;
import dev.tokenguard.redis.RedisTelemetry.Operation;
import dev.tokenguard.rotation.StoreUnavailableException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.List;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.stream.IntStream;
import redis.clients.jedis.AbstractPipeline;
import redis.clients.jedis.ConnectionPoolConfig;
import redis.clients.jedis.DefaultJedisClientConfig;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.RedisClient;
import redis.clients.jedis.Response;
import redis.clients.jedis.SslOptions;
import redis.clients.jedis.UnifiedJedis;
import redis.clients.jedis.exceptions.JedisDataException;
import redis.clients.jedis.exceptions.JedisException;
import redis.clients.jedis.exceptions.JedisNoScriptException;

/**
 * A pool of connections to Redis. Opening one needs no Redis: an unreachable one shows at the first
 * command.
 */
public final class Redis implements AutoCloseable {

  private final UnifiedJedis jedis;
  private final RedisTelemetry telemetry;

  Redis(UnifiedJedis jedis, RedisTelemetry telemetry) {
    this.jedis = jedis;
    this.telemetry = telemetry;
  }

  public static Redis open(RedisSettings settings, RedisTelemetry telemetry) {
    DefaultJedisClientConfig.Builder client =
        DefaultJedisClientConfig.builder()
            .connectionTimeoutMillis((int) settings.connectTimeout().toMillis())
            .socketTimeoutMillis((int) settings.readTimeout().toMillis())
            .clientName(settings.clientName())
            .database(settings.database())
            .resp3();
    settings.username().ifPresent(client::user);
    settings.password().ifPresent(client::password);
    if (settings.address().usesTls()) {
      client.sslOptions(SslOptions.defaults());
    }
    ConnectionPoolConfig pool = new ConnectionPoolConfig();
    pool.setMaxTotal(settings.maxPoolSize());
    pool.setMaxIdle(settings.maxPoolSize());
    pool.setMaxWait(settings.poolTimeout());
    UnifiedJedis jedis =
        RedisClient.builder()
            .hostAndPort(new HostAndPort(settings.address().host(), settings.address().port()))
            .clientConfig(client.build())
            .poolConfig(pool)
            .build();
    return new Redis(jedis, telemetry);
  }

  /**
   * Runs a script on one key, by its hash; a Redis that does not know it yet is given the source.
   *
   * @throws StoreUnavailableException when Redis does not answer as it should
   */
  Object run(LuaScript script, String key, List<String> arguments) {
    List<String> keys = List.of(key);
    return call(
        script.operation(),
        redis -> {
          try {
            return redis.evalsha(script.sha1(), keys, arguments);
          } catch (JedisNoScriptException unknown) {
            return redis.eval(script.source(), keys, arguments);
          }
        });
  }

  /**
   * Runs a script on one key after the other, in one round trip; in two when Redis does not know it
   * yet. Each run is atomic, all together are not: one that fails keeps no other back.
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
                  redis,
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
                  redis,
                  unknown,
                  (pipeline, it) ->
                      pipeline.eval(script.source(), List.of(it.key()), it.arguments()));
          replies.stream().filter(reply -> !isUnknownScript(reply)).forEach(Response::get);
          others.forEach(Response::get);
          return calls.size();
        });
  }

  private static List<Response<Object>> inOneTrip(
      UnifiedJedis redis,
      List<ScriptCall> calls,
      BiFunction<AbstractPipeline, ScriptCall, Response<Object>> command) {
    if (calls.isEmpty()) {
      return List.of();
    }
    try (AbstractPipeline pipeline = redis.pipelined()) {
      return calls.stream().map(it -> command.apply(pipeline, it)).toList();
    }
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
   * The texts at some keys, null where there is none, in one round trip.
   *
   * @throws StoreUnavailableException when Redis does not answer as it should
   */
  List<String> values(Operation operation, List<String> keys) {
    return call(operation, redis -> redis.mget(keys.toArray(String[]::new)));
  }

  /**
   * @throws StoreUnavailableException when Redis does not answer as it should
   */
  public void ping() {
    call(Operation.PING, UnifiedJedis::ping);
  }

  private <T> T call(Operation operation, Function<UnifiedJedis, T> command) {
    long begin = System.nanoTime();
    try {
      T answer = command.apply(jedis);
      telemetry.answered(operation, Duration.ofNanos(System.nanoTime() - begin));
      return answer;
    } catch (JedisException failed) {
      telemetry.failed(operation, kindOf(failed), failed.getMessage());
      throw new StoreUnavailableException("Redis did not answer as it should", failed);
    }
  }

  private static Failure kindOf(JedisException failed) {
    for (Throwable cause = failed; cause != null; cause = cause.getCause()) {
      if (cause instanceof SocketTimeoutException) {
        return Failure.TIMEOUT;
      }
    }
    // The pool reports a connection that it could not get as a plain JedisException.
    return failed instanceof JedisDataException ? Failure.REJECTED : Failure.CONNECTION;
  }

  @Override
  public void close() {
    jedis.close();
  }
}
