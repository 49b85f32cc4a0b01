package dev.tokenguard.redis.connection;

import dev.tokenguard.redis.RedisSettings;
import dev.tokenguard.redis.store.ScriptCall;
import java.util.List;
import java.util.function.BiFunction;
import redis.clients.jedis.AbstractPipeline;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.RedisClient;
import redis.clients.jedis.RedisSentinelClient;
import redis.clients.jedis.Response;
import redis.clients.jedis.UnifiedJedis;
import redis.clients.jedis.exceptions.JedisException;

/** The client of a Keycloak node, and what differs between one Redis and a Cluster. */
public interface RedisClients extends AutoCloseable {

  /**
   * The client, which serves all threads.
   *
   * @throws JedisException when no Redis was found yet
   */
  UnifiedJedis client();

  /** The texts at some keys, null where there is none. */
  default List<String> values(List<String> keys) {
    return client().mget(keys.toArray(String[]::new));
  }

  /** Sends a command for each call before it waits for the answers. */
  default List<Response<Object>> pipelined(
      List<ScriptCall> calls, BiFunction<AbstractPipeline, ScriptCall, Response<Object>> command) {
    try (AbstractPipeline pipeline = client().pipelined()) {
      return calls.stream().map(it -> command.apply(pipeline, it)).toList();
    }
  }

  /**
   * Closes the connections that wait in the pool. When Redis was started again all of them are
   * broken, and each would cost one request.
   */
  void dropIdle();

  @Override
  void close();

  /** Opening them needs no Redis: an unreachable one shows at the first command. */
  static RedisClients of(RedisSettings settings) {
    ClientConfigs configs = new ClientConfigs(settings);
    return switch (settings.topology()) {
      case STANDALONE -> of(standalone(configs));
      case SENTINEL -> master(configs);
      case CLUSTER -> new ClusterClients(configs);
    };
  }

  static RedisClients of(UnifiedJedis open) {
    return of(
        open,
        () -> {
          if (open instanceof RedisClient client) {
            client.getPool().clear();
          }
        });
  }

  private static RedisClients of(UnifiedJedis open, Runnable dropIdle) {
    return new RedisClients() {
      @Override
      public UnifiedJedis client() {
        return open;
      }

      @Override
      public void dropIdle() {
        dropIdle.run();
      }

      @Override
      public void close() {
        open.close();
      }
    };
  }

  private static UnifiedJedis standalone(ClientConfigs configs) {
    HostAndPort only = configs.nodes().iterator().next();
    return RedisClient.builder()
        .hostAndPort(only)
        .clientConfig(configs.redis())
        .poolConfig(configs.pool())
        .build();
  }

  private static RedisClients master(ClientConfigs configs) {
    SentinelMaster master = new SentinelMaster(configs);
    UnifiedJedis client =
        RedisSentinelClient.builder()
            .masterName(configs.settings().sentinel().master().orElseThrow())
            .sentinels(configs.nodes())
            .clientConfig(configs.redis())
            .connectionProvider(master)
            .build();
    return of(client, master::dropIdle);
  }
}
