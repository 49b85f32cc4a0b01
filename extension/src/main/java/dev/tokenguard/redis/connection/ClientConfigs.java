package dev.tokenguard.redis.connection;

import java.util.LinkedHashSet;
import java.util.Set;
import java.util.stream.Collectors;
import redis.clients.jedis.ConnectionPoolConfig;
import redis.clients.jedis.DefaultJedisClientConfig;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.JedisClientConfig;

/** The settings in the form of Jedis. */
record ClientConfigs(RedisSettings settings) {

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
