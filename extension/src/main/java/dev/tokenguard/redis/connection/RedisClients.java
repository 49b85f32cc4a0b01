package dev.tokenguard.redis.connection;

import java.util.List;
import redis.clients.jedis.AbstractPipeline;
import redis.clients.jedis.CommandObject;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.RedisClient;
import redis.clients.jedis.RedisSentinelClient;
import redis.clients.jedis.Response;
import redis.clients.jedis.UnifiedJedis;
import redis.clients.jedis.exceptions.JedisDataException;
import redis.clients.jedis.exceptions.JedisException;

/** The client of a Keycloak node, with the differences between one Redis and a Cluster. */
interface RedisClients extends AutoCloseable {

  /**
   * The client, for all threads.
   *
   * @throws JedisException as long as no Redis was found
   */
  UnifiedJedis client();

  /** The strings at the keys; null for a key that does not exist. */
  default List<String> values(List<String> keys) {
    return client().mget(keys.toArray(String[]::new));
  }

  /**
   * Sends all commands before it reads the replies.
   *
   * @return the replies in the same order; an error reply is a {@link JedisDataException}
   */
  default List<Object> pipelined(List<CommandObject<Object>> commands) {
    List<Response<Object>> responses;
    try (AbstractPipeline pipeline = client().pipelined()) {
      responses = commands.stream().map(pipeline::executeCommand).toList();
    }
    return responses.stream().map(RedisClients::replyOrError).toList();
  }

  private static Object replyOrError(Response<Object> response) {
    try {
      return response.get();
    } catch (JedisDataException error) {
      return error;
    }
  }

  /**
   * Closes the idle connections of the pool. After a restart of Redis all of them are broken, and
   * each would fail one request.
   */
  void dropIdle();

  @Override
  void close();

  /** Succeeds without Redis: commands fail as long as it is unavailable. */
  static RedisClients of(RedisSettings settings) {
    ClientConfigs configs = new ClientConfigs(settings);
    return switch (settings.topology()) {
      case STANDALONE -> of(standalone(configs));
      case SENTINEL -> master(configs);
      case CLUSTER -> new ClusterClients(configs);
    };
  }

  static RedisClients of(UnifiedJedis open) {
    return new One(
        open,
        () -> {
          if (open instanceof RedisClient client) {
            client.getPool().clear();
          }
        });
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
    return new One(client, master::dropIdle);
  }

  /** One Redis, or the master behind Sentinels. */
  record One(UnifiedJedis client, Runnable idle) implements RedisClients {
    @Override
    public void dropIdle() {
      idle.run();
    }

    @Override
    public void close() {
      client.close();
    }
  }
}
