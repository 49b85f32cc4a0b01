package dev.tokenguard.redis.connection;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import redis.clients.jedis.AbstractPipeline;
import redis.clients.jedis.CommandObject;
import redis.clients.jedis.ConnectionPoolConfig;
import redis.clients.jedis.DefaultJedisClientConfig;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.JedisClientConfig;
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
    Configs configs = new Configs(settings);
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

  private static UnifiedJedis standalone(Configs configs) {
    HostAndPort only = configs.nodes().iterator().next();
    return RedisClient.builder()
        .hostAndPort(only)
        .clientConfig(configs.redis())
        .poolConfig(configs.pool())
        .build();
  }

  private static RedisClients master(Configs configs) {
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

  /** The settings in the form of Jedis. */
  record Configs(RedisSettings settings) {

    JedisClientConfig redis() {
      DefaultJedisClientConfig.Builder client = common().database(settings.database());
      settings.username().ifPresent(client::user);
      settings.password().ifPresent(client::password);
      return (settings.resp() == 2 ? client.resp2() : client.resp3()).build();
    }

    /** Without HELLO, which the query for the master does not need. */
    JedisClientConfig sentinel() {
      DefaultJedisClientConfig.Builder client = common().serverDefaultProtocol();
      settings.sentinel().username().ifPresent(client::user);
      settings.sentinel().password().ifPresent(client::password);
      return client.build();
    }

    private DefaultJedisClientConfig.Builder common() {
      DefaultJedisClientConfig.Builder client =
          DefaultJedisClientConfig.builder()
              .connectionTimeoutMillis((int) settings.connectTimeout().toMillis())
              .socketTimeoutMillis((int) settings.readTimeout().toMillis())
              .clientName(settings.clientName());
      if (settings.address().usesTls()) {
        client.sslOptions(settings.tls().toSslOptions());
      }
      return client;
    }

    ConnectionPoolConfig pool() {
      ConnectionPoolConfig pool = new ConnectionPoolConfig();
      pool.setMaxTotal(settings.maxPoolSize());
      pool.setMaxIdle(settings.maxPoolSize());
      pool.setMaxWait(settings.poolTimeout());
      pool.setJmxEnabled(false);
      return pool;
    }

    Set<HostAndPort> nodes() {
      return settings.address().nodes().stream()
          .map(node -> new HostAndPort(node.host(), node.port().orElseThrow()))
          .collect(Collectors.toCollection(LinkedHashSet::new));
    }
  }
}
