package dev.tokenguard.redis.connection;

import dev.tokenguard.redis.store.ScriptCall;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiFunction;
import redis.clients.jedis.AbstractPipeline;
import redis.clients.jedis.CommandArguments;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.Pipeline;
import redis.clients.jedis.Protocol.Command;
import redis.clients.jedis.RedisClusterClient;
import redis.clients.jedis.Response;
import redis.clients.jedis.UnifiedJedis;
import redis.clients.jedis.exceptions.JedisAskDataException;
import redis.clients.jedis.exceptions.JedisDataException;
import redis.clients.jedis.exceptions.JedisException;
import redis.clients.jedis.exceptions.JedisRedirectionException;
import redis.clients.jedis.providers.ClusterConnectionProvider;
import redis.clients.jedis.util.JedisClusterCRC16;
import redis.clients.jedis.util.Pool;

/**
 * A Redis Cluster. Jedis asks a node for the slots when its client is made, so that is done again
 * until one answers.
 */
final class ClusterClients implements RedisClients {

  private record Cluster(ClusterExecutor executor, UnifiedJedis client) {}

  private final TopologyMonitor<Cluster> lookout;

  ClusterClients(ClientConfigs configs) {
    this.lookout =
        new TopologyMonitor<>(
            "token-guard-cluster",
            before -> before.or(() -> Optional.of(open(configs))),
            cluster -> cluster.client().close(),
            configs.settings().poolTimeout());
  }

  private static Cluster open(ClientConfigs configs) {
    ClusterConnectionProvider nodes =
        new ClusterConnectionProvider(configs.nodes(), configs.redis(), configs.pool());
    ClusterExecutor executor = new ClusterExecutor(nodes);
    UnifiedJedis client =
        RedisClusterClient.builder()
            .nodes(configs.nodes())
            .clientConfig(configs.redis())
            .connectionProvider(nodes)
            .commandExecutor(executor)
            .build();
    return new Cluster(executor, client);
  }

  @Override
  public UnifiedJedis client() {
    return lookout.found().client();
  }

  /** Not by MGET, which is for one slot. */
  @Override
  public List<String> values(List<String> keys) {
    UnifiedJedis client = client();
    List<String> values = new ArrayList<>();
    keys.forEach(key -> values.add(client.get(key)));
    return values;
  }

  /**
   * One round trip for each master. The pipeline of Jedis for a Cluster follows no redirection, and
   * leaves out the answers of a node that breaks off.
   */
  @Override
  public List<Response<Object>> pipelined(
      List<ScriptCall> calls, BiFunction<AbstractPipeline, ScriptCall, Response<Object>> command) {
    ClusterExecutor executor = lookout.found().executor();
    Map<HostAndPort, List<ScriptCall>> byMaster = new LinkedHashMap<>();
    for (ScriptCall call : calls) {
      HostAndPort master = executor.nodes().getNode(JedisClusterCRC16.getSlot(call.key()));
      byMaster.computeIfAbsent(master, it -> new ArrayList<>()).add(call);
    }
    Map<ScriptCall, Response<Object>> replies = new HashMap<>();
    Optional<JedisException> failure = Optional.empty();
    for (Map.Entry<HostAndPort, List<ScriptCall>> trip : byMaster.entrySet()) {
      try (Pipeline pipeline = new Pipeline(executor.nodes().getConnection(trip.getKey()), true)) {
        trip.getValue().forEach(call -> replies.put(call, command.apply(pipeline, call)));
      } catch (JedisException failed) {
        executor.nodes().renewSlotCache();
        failure = Optional.of(failed);
      }
    }
    if (failure.isPresent()) {
      throw failure.get();
    }
    return calls.stream()
        .map(call -> followed(executor, replies.get(call), call, command))
        .toList();
  }

  private static Response<Object> followed(
      ClusterExecutor executor,
      Response<Object> reply,
      ScriptCall call,
      BiFunction<AbstractPipeline, ScriptCall, Response<Object>> command) {
    try {
      reply.get();
      return reply;
    } catch (JedisRedirectionException elsewhere) {
      executor.learn(elsewhere);
      try (Pipeline pipeline =
          new Pipeline(executor.nodes().getConnection(elsewhere.getTargetNode()), true)) {
        if (elsewhere instanceof JedisAskDataException) {
          pipeline.sendCommand(new CommandArguments(Command.ASKING));
        }
        return command.apply(pipeline, call);
      }
    } catch (JedisDataException refused) {
      return reply;
    }
  }

  @Override
  public void dropIdle() {
    lookout
        .foundSoFar()
        .ifPresent(it -> it.executor().nodes().getNodes().values().forEach(Pool::clear));
  }

  @Override
  public void close() {
    lookout.close();
  }
}
