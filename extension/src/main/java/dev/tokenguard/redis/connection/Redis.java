package dev.tokenguard.redis.connection;

import dev.tokenguard.redis.connection.RedisTelemetry.BreakerState;
import dev.tokenguard.redis.connection.RedisTelemetry.Operation;
import dev.tokenguard.rotation.StoreUnavailableException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.IntStream;
import redis.clients.jedis.CommandObject;
import redis.clients.jedis.CommandObjects;
import redis.clients.jedis.RedisProtocol;
import redis.clients.jedis.UnifiedJedis;
import redis.clients.jedis.exceptions.JedisDataException;
import redis.clients.jedis.exceptions.JedisNoScriptException;

/**
 * The commands that Token Guard sends to Redis, by the pool of connections of this Keycloak node.
 *
 * <p>Opening it needs no Redis. Each method throws {@link StoreUnavailableException} if Redis is
 * not reachable, does not answer within the timeouts, or answers with an error, and at once while
 * the circuit breaker is open.
 */
public final class Redis implements AutoCloseable {

  /**
   * A Lua script: Redis runs it by its hash, or by its source if it does not have it cached.
   *
   * @param operation the operation in metrics
   * @param sha1 the hash of the source, in hexadecimal digits
   */
  public record Script(Operation operation, String source, String sha1) {

    public Script(Operation operation, String source) {
      this(operation, source, sha1Of(source));
    }

    private static String sha1Of(String source) {
      try {
        byte[] text = source.getBytes(StandardCharsets.UTF_8);
        return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-1").digest(text));
      } catch (NoSuchAlgorithmException impossible) {
        throw new IllegalStateException("SHA-1 is required of every Java platform", impossible);
      }
    }
  }

  /** One run of a script: its only key and its arguments. */
  public record ScriptCall(String key, List<String> arguments) {

    public ScriptCall {
      arguments = List.copyOf(arguments);
    }
  }

  private static final CommandObjects COMMANDS = new CommandObjects(RedisProtocol.RESP3);

  private final RedisClients clients;
  private final RedisCommandExecutor executor;

  /** Takes over an open client, and closes it. */
  public Redis(UnifiedJedis jedis, RedisSettings.Breaker breaker, RedisTelemetry telemetry) {
    this(RedisClients.of(jedis), breaker, telemetry);
  }

  private Redis(RedisClients clients, RedisSettings.Breaker breaker, RedisTelemetry telemetry) {
    this.clients = clients;
    this.executor = new RedisCommandExecutor(clients, breaker, telemetry);
  }

  public static Redis open(RedisSettings settings, RedisTelemetry telemetry) {
    return new Redis(RedisClients.of(settings), settings.breaker(), telemetry);
  }

  /**
   * Runs a script on one key.
   *
   * @param reader of the reply; throws {@link StoreUnavailableException} for a reply that it does
   *     not understand
   */
  public <T> T run(Script script, String key, List<String> arguments, Function<Object, T> reader) {
    List<String> keys = List.of(key);
    return executor.execute(
        script.operation(), jedis -> reader.apply(evaluated(jedis, script, keys, arguments)));
  }

  private static Object evaluated(
      UnifiedJedis jedis, Script script, List<String> keys, List<String> arguments) {
    try {
      return jedis.evalsha(script.sha1(), keys, arguments);
    } catch (JedisNoScriptException notCached) {
      return jedis.eval(script.source(), keys, arguments);
    }
  }

  /**
   * Runs a script once for each call, in one round trip to each master; in two if Redis does not
   * have the script cached. Each run is atomic, all together are not: after an exception some of
   * them have run.
   */
  public void runAll(Script script, List<ScriptCall> calls) {
    if (calls.isEmpty()) {
      return;
    }
    executor.execute(
        script.operation(),
        jedis -> {
          List<Object> replies = new ArrayList<>(pipelined(calls, it -> bySha1(script, it)));
          List<Integer> notCached =
              IntStream.range(0, replies.size())
                  .filter(index -> replies.get(index) instanceof JedisNoScriptException)
                  .boxed()
                  .toList();
          List<ScriptCall> again = notCached.stream().map(calls::get).toList();
          List<Object> later = pipelined(again, it -> bySource(script, it));
          for (int index = 0; index < later.size(); index++) {
            replies.set(notCached.get(index), later.get(index));
          }
          for (Object reply : replies) {
            if (reply instanceof JedisDataException error) {
              throw error;
            }
          }
          return replies.size();
        });
  }

  private List<Object> pipelined(
      List<ScriptCall> calls, Function<ScriptCall, CommandObject<Object>> command) {
    return calls.isEmpty() ? List.of() : clients.pipelined(calls.stream().map(command).toList());
  }

  private static CommandObject<Object> bySha1(Script script, ScriptCall call) {
    return COMMANDS.evalsha(script.sha1(), List.of(call.key()), call.arguments());
  }

  private static CommandObject<Object> bySource(Script script, ScriptCall call) {
    return COMMANDS.eval(script.source(), List.of(call.key()), call.arguments());
  }

  /** The string at a key; a key of another type is an error. */
  public Optional<String> value(Operation operation, String key) {
    return executor.execute(operation, jedis -> Optional.ofNullable(jedis.get(key)));
  }

  /**
   * The strings at the keys, in their order: in one round trip, on a Cluster in one for each key.
   * Null where there is no key, and, except on a Cluster, where a key is of another type.
   */
  public List<String> values(Operation operation, List<String> keys) {
    return executor.execute(operation, jedis -> clients.values(keys));
  }

  public void ping() {
    executor.execute(Operation.PING, UnifiedJedis::ping);
  }

  public BreakerState breakerState() {
    return executor.breakerState();
  }

  @Override
  public void close() {
    clients.close();
  }
}
