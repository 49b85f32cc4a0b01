package dev.tokenguard.checker.jedis;

import dev.tokenguard.checker.IncompleteLookupException;
import dev.tokenguard.checker.RevocationChecker.Lookup;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import redis.clients.jedis.AbstractPipeline;
import redis.clients.jedis.RedisClusterClient;
import redis.clients.jedis.Response;
import redis.clients.jedis.UnifiedJedis;

/**
 * Reads the keys by one pipeline of {@code GET}: standalone, by Sentinel, or on a Cluster.
 *
 * <p>The time is bounded by the client's configuration: the wait for a connection of the pool
 * ({@code maxWait}, unlimited by default), {@code connectionTimeoutMillis}, and {@code
 * socketTimeoutMillis} for the reply. Use short ones, about 100 ms.
 *
 * <p>On a Cluster the nodes are read side by side. A pipeline of Jedis does not notice that a slot
 * has moved, so set {@code topologyRefreshPeriod} of the client, for example 1 second.
 */
public final class JedisLookup implements Lookup {

  private static final int CLUSTER_THREADS = 32;

  private final Supplier<AbstractPipeline> pipelines;

  private JedisLookup(Supplier<AbstractPipeline> pipelines) {
    this.pipelines = pipelines;
  }

  /**
   * @param client {@code RedisClient}, {@code RedisSentinelClient} or {@code RedisClusterClient},
   *     which stays the caller's to close
   */
  public static JedisLookup of(UnifiedJedis client) {
    if (client instanceof RedisClusterClient cluster) {
      ExecutorService nodes = clusterThreads();
      return new JedisLookup(() -> cluster.pipelined(nodes));
    }
    return new JedisLookup(client::pipelined);
  }

  /**
   * Jedis starts three threads per pipeline otherwise. Without a queue: if all threads are busy,
   * the caller reads one node after the other. They end when they are not used, so nothing needs
   * closing.
   */
  private static ExecutorService clusterThreads() {
    return new ThreadPoolExecutor(
        0,
        CLUSTER_THREADS,
        10,
        TimeUnit.SECONDS,
        new SynchronousQueue<>(),
        task -> {
          Thread thread = new Thread(task, "token-guard-cluster-lookup");
          thread.setDaemon(true);
          return thread;
        },
        new ThreadPoolExecutor.CallerRunsPolicy());
  }

  @Override
  public List<String> get(List<String> keys) throws IncompleteLookupException {
    List<Supplier<String>> replies = new ArrayList<>(keys.size());
    try (AbstractPipeline pipeline = pipelines.get()) {
      for (String key : keys) {
        replies.add(send(pipeline, key));
      }
      pipeline.sync();
    }
    List<String> values = new ArrayList<>(keys.size());
    RuntimeException failure = null;
    for (Supplier<String> reply : replies) {
      try {
        values.add(reply.get());
      } catch (RuntimeException failed) {
        // An error reply, or none: a pipeline on a Cluster does not report that a node is
        // unavailable.
        values.add(null);
        failure = failed;
      }
    }
    if (failure != null) {
      throw new IncompleteLookupException(values, failure);
    }
    return values;
  }

  /** On a Cluster this connects to the node of the key, which may be unavailable. */
  private static Supplier<String> send(AbstractPipeline pipeline, String key) {
    try {
      Response<String> response = pipeline.get(key);
      return response::get;
    } catch (RuntimeException failed) {
      return () -> {
        throw failed;
      };
    }
  }
}
