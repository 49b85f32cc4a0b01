package dev.tokenguard.spring;

import dev.tokenguard.checker.IncompleteLookupException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.apache.commons.pool2.impl.GenericObjectPoolConfig;
import org.springframework.data.redis.connection.RedisClusterConnection;
import org.springframework.data.redis.connection.RedisConnection;
import org.springframework.data.redis.connection.RedisPipelineException;
import org.springframework.data.redis.connection.jedis.JedisClientConfiguration;
import org.springframework.data.redis.connection.jedis.JedisClientConfiguration.JedisClientConfigurationBuilder;
import org.springframework.data.redis.connection.jedis.JedisClientConfiguration.JedisSslClientConfigurationBuilder;
import org.springframework.data.redis.connection.jedis.JedisConnectionFactory;

/**
 * A pool of connections by Jedis, through Spring Data Redis, because the methods of Jedis differ
 * between the versions of Spring Boot.
 *
 * <p>It has the address, the credentials, the TLS settings and the pool size of the application's
 * connections. Its timeouts differ: by default, Jedis waits two seconds for a reply, and without a
 * limit for a connection of the pool.
 *
 * <p>On a Cluster, Spring Data Redis has no pipeline with Jedis: each key takes a round trip.
 */
final class JedisRedisLookup implements RedisLookup {

  /** Requests of a WebFlux application that wait for a thread. More are refused at once. */
  private static final int LONGEST_QUEUE = 1_000;

  /**
   * For a pool without a limit: threads need one. 64 threads make 64000 checks per second if a
   * round trip takes 1 ms.
   */
  private static final int THREADS_WITHOUT_LIMIT = 64;

  private final JedisConnectionFactory connections;
  private final ThreadPoolExecutor threads;

  private JedisRedisLookup(JedisConnectionFactory connections, int size) {
    this.connections = connections;
    this.threads =
        new ThreadPoolExecutor(
            size,
            size,
            10,
            TimeUnit.SECONDS,
            new ArrayBlockingQueue<>(LONGEST_QUEUE),
            task -> {
              Thread thread = new Thread(task, "token-guard-redis");
              thread.setDaemon(true);
              return thread;
            });
    threads.allowCoreThreadTimeOut(true);
    connections.afterPropertiesSet();
    connections.start();
  }

  static JedisRedisLookup of(JedisConnectionFactory application, Duration timeout) {
    JedisClientConfiguration theirs = application.getClientConfiguration();
    GenericObjectPoolConfig<?> pool = pool(theirs, timeout);
    JedisClientConfiguration ours = configuration(theirs, pool, timeout);
    return new JedisRedisLookup(connections(application, ours), threads(pool.getMaxTotal()));
  }

  /** As many as connections, so that a thread does not wait for one. */
  private static int threads(int maxTotal) {
    return maxTotal < 0 ? THREADS_WITHOUT_LIMIT : Math.max(1, maxTotal);
  }

  private static JedisConnectionFactory connections(
      JedisConnectionFactory application, JedisClientConfiguration configuration) {
    if (application.getClusterConfiguration() != null) {
      return new JedisConnectionFactory(application.getClusterConfiguration(), configuration);
    }
    if (application.getSentinelConfiguration() != null) {
      return new JedisConnectionFactory(application.getSentinelConfiguration(), configuration);
    }
    return new JedisConnectionFactory(application.getStandaloneConfiguration(), configuration);
  }

  /** Without a test of a connection before its use, which would take another round trip. */
  private static GenericObjectPoolConfig<?> pool(JedisClientConfiguration theirs, Duration wait) {
    GenericObjectPoolConfig<?> pool =
        theirs
            .getPoolConfig()
            .<GenericObjectPoolConfig<?>>map(GenericObjectPoolConfig::clone)
            .orElseGet(GenericObjectPoolConfig::new);
    pool.setMaxWait(wait);
    pool.setTestOnBorrow(false);
    pool.setJmxEnabled(false);
    return pool;
  }

  private static JedisClientConfiguration configuration(
      JedisClientConfiguration theirs, GenericObjectPoolConfig<?> pool, Duration timeout) {
    JedisClientConfigurationBuilder builder = JedisClientConfiguration.builder();
    theirs.getCustomizer().ifPresent(builder::customize);
    if (theirs.isUseSsl()) {
      JedisSslClientConfigurationBuilder ssl = builder.useSsl();
      theirs.getSslSocketFactory().ifPresent(ssl::sslSocketFactory);
      theirs.getSslParameters().ifPresent(ssl::sslParameters);
      theirs.getHostnameVerifier().ifPresent(ssl::hostnameVerifier);
    }
    theirs.getClientName().ifPresent(builder::clientName);
    builder.usePooling().poolConfig(pool);
    return builder.connectTimeout(timeout).readTimeout(timeout).build();
  }

  @Override
  public List<String> get(List<String> keys) throws IncompleteLookupException {
    List<byte[]> names = keys.stream().map(key -> key.getBytes(StandardCharsets.UTF_8)).toList();
    try (RedisConnection connection = connections.getConnection()) {
      if (connection instanceof RedisClusterConnection cluster) {
        return eachByItself(cluster, names);
      }
      connection.openPipeline();
      names.forEach(connection.stringCommands()::get);
      return texts(connection.closePipeline());
    } catch (RedisPipelineException failed) {
      List<Object> results = new ArrayList<>(failed.getPipelineResult());
      throw new IncompleteLookupException(texts(results), failed);
    }
  }

  private static List<String> eachByItself(RedisClusterConnection cluster, List<byte[]> names)
      throws IncompleteLookupException {
    List<Object> values = new ArrayList<>(names.size());
    Optional<RuntimeException> failure = Optional.empty();
    for (byte[] name : names) {
      try {
        values.add(cluster.stringCommands().get(name));
      } catch (RuntimeException failed) {
        values.add(failed);
        failure = Optional.of(failed);
      }
    }
    if (failure.isPresent()) {
      throw new IncompleteLookupException(texts(values), failure.get());
    }
    return texts(values);
  }

  /** Null for a key that does not exist, or whose reply is an error. */
  private static List<String> texts(List<Object> replies) {
    List<String> texts = new ArrayList<>(replies.size());
    for (Object reply : replies) {
      texts.add(reply instanceof byte[] value ? new String(value, StandardCharsets.UTF_8) : null);
    }
    return texts;
  }

  @Override
  public CompletionStage<List<String>> getAsync(List<String> keys) {
    return CompletableFuture.supplyAsync(
        () -> {
          try {
            return get(keys);
          } catch (IncompleteLookupException failed) {
            throw new CompletionException(failed);
          }
        },
        threads);
  }

  @Override
  public void close() {
    threads.shutdownNow();
    connections.destroy();
  }
}
