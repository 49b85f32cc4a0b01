package dev.tokenguard.checker.lettuce;

import dev.tokenguard.checker.AsyncRevocationChecker.AsyncLookup;
import dev.tokenguard.checker.IncompleteLookupException;
import dev.tokenguard.checker.RevocationChecker.Lookup;
import io.lettuce.core.ClientOptions;
import io.lettuce.core.ClientOptions.DisconnectedBehavior;
import io.lettuce.core.RedisException;
import io.lettuce.core.RedisURI;
import io.lettuce.core.SocketOptions;
import io.lettuce.core.TimeoutOptions;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.cluster.ClusterClientOptions;
import io.lettuce.core.cluster.ClusterTopologyRefreshOptions;
import io.lettuce.core.cluster.api.StatefulRedisClusterConnection;
import io.lettuce.core.cluster.models.partitions.RedisClusterNode;
import io.lettuce.core.codec.StringCodec;
import io.lettuce.core.output.ValueOutput;
import io.lettuce.core.protocol.AsyncCommand;
import io.lettuce.core.protocol.Command;
import io.lettuce.core.protocol.CommandArgs;
import io.lettuce.core.protocol.CommandType;
import io.lettuce.core.resource.Delay;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/**
 * Reads the keys by one pipeline of {@code GET}, blocking or not: standalone, by Sentinel, or on a
 * Cluster. All checks share one connection.
 *
 * <p>By its defaults, Lettuce queues commands without a limit while Redis is unavailable, for 60
 * seconds each. Create the client with {@link #options} or {@link #clusterOptions}: then commands
 * fail at once without a connection, and after the timeout with one. Create its resources with
 * {@link #reconnectDelay}.
 */
public final class LettuceLookup implements Lookup, AsyncLookup {

  /**
   * Commands that wait for a reply. A Redis that does not respond keeps those that have timed out
   * here until the connection is closed.
   */
  private static final int LONGEST_QUEUE = 10_000;

  private final Function<List<String>, List<CompletableFuture<String>>> commands;
  private final Duration timeout;

  private LettuceLookup(
      Function<List<String>, List<CompletableFuture<String>>> commands, Duration timeout) {
    this.commands = commands;
    this.timeout = timeout;
  }

  /**
   * @param connection to the master, which stays the caller's to close
   */
  public static LettuceLookup of(StatefulRedisConnection<String, String> connection) {
    return new LettuceLookup(keys -> pipelined(connection, keys), connection.getTimeout());
  }

  /**
   * Connects to all masters: Lettuce otherwise rejects the first command to each.
   *
   * @param connection which stays the caller's to close
   */
  public static LettuceLookup of(StatefulRedisClusterConnection<String, String> connection) {
    for (RedisClusterNode node : connection.getPartitions()) {
      if (node.is(RedisClusterNode.NodeFlag.UPSTREAM)) {
        connect(connection, node.getUri());
      }
    }
    return new LettuceLookup(
        keys ->
            keys.stream().map(key -> connection.async().get(key).toCompletableFuture()).toList(),
        connection.getTimeout());
  }

  private static void connect(
      StatefulRedisClusterConnection<String, String> connection, RedisURI node) {
    try {
      connection.getConnection(node.getHost(), node.getPort());
    } catch (RedisException unavailable) {
      // By the first command after its recovery.
    }
  }

  /**
   * Options for {@code RedisClient.setOptions}.
   *
   * @param timeout for connecting and for each command, suggested 100 ms
   */
  public static ClientOptions options(Duration timeout) {
    return bounded(ClientOptions.builder(), timeout).build();
  }

  /**
   * Options for {@code RedisClusterClient.setOptions}, which also follow moved slots.
   *
   * @param timeout for connecting and for each command, suggested 100 ms
   */
  public static ClusterClientOptions clusterOptions(Duration timeout) {
    ClusterClientOptions.Builder builder = ClusterClientOptions.builder();
    bounded(builder, timeout);
    return builder
        .topologyRefreshOptions(
            ClusterTopologyRefreshOptions.builder()
                .enableAllAdaptiveRefreshTriggers()
                .adaptiveRefreshTriggersTimeout(Duration.ofSeconds(1))
                .enablePeriodicRefresh(Duration.ofSeconds(10))
                .build())
        .build();
  }

  /**
   * For {@code ClientResources.Builder.reconnectDelay}: attempts at least once a second. By its
   * default, Lettuce waits up to 30 seconds, and checks fail for as long after an outage.
   */
  public static Delay reconnectDelay() {
    return Delay.fullJitter(
        Duration.ofMillis(10), Duration.ofSeconds(1), 10, TimeUnit.MILLISECONDS);
  }

  private static ClientOptions.Builder bounded(ClientOptions.Builder builder, Duration timeout) {
    return builder
        .disconnectedBehavior(DisconnectedBehavior.REJECT_COMMANDS)
        .requestQueueSize(LONGEST_QUEUE)
        .timeoutOptions(TimeoutOptions.enabled(timeout))
        .socketOptions(SocketOptions.builder().connectTimeout(timeout).build());
  }

  /** Written at once, in one packet. */
  private static List<CompletableFuture<String>> pipelined(
      StatefulRedisConnection<String, String> connection, List<String> keys) {
    List<AsyncCommand<String, String, String>> commands = new ArrayList<>(keys.size());
    for (String key : keys) {
      commands.add(
          new AsyncCommand<>(
              new Command<>(
                  CommandType.GET,
                  new ValueOutput<>(StringCodec.UTF8),
                  new CommandArgs<>(StringCodec.UTF8).addKey(key))));
    }
    connection.dispatch(commands);
    return List.copyOf(commands);
  }

  @Override
  public CompletionStage<List<String>> getAsync(List<String> keys) {
    List<CompletableFuture<String>> replies = commands.apply(keys);
    return CompletableFuture.allOf(replies.toArray(CompletableFuture[]::new))
        .handle((done, failure) -> values(replies));
  }

  private static List<String> values(List<CompletableFuture<String>> replies) {
    List<String> values = new ArrayList<>(replies.size());
    Throwable failure = null;
    for (CompletableFuture<String> reply : replies) {
      try {
        values.add(reply.join());
      } catch (RuntimeException failed) {
        values.add(null);
        failure = failed.getCause() == null ? failed : failed.getCause();
      }
    }
    if (failure != null) {
      throw new CompletionException(new IncompleteLookupException(values, failure));
    }
    return values;
  }

  /** Not in an event loop of Netty, which would wait for itself. */
  @Override
  public List<String> get(List<String> keys) throws Exception {
    try {
      return getAsync(keys).toCompletableFuture().get(timeout.toMillis(), TimeUnit.MILLISECONDS);
    } catch (ExecutionException failed) {
      if (failed.getCause() instanceof Exception cause) {
        throw cause;
      }
      throw failed;
    }
  }
}
