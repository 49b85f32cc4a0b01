package dev.tokenguard.redis.connection;

import java.util.ArrayList;
import java.util.List;
import redis.clients.jedis.CommandObject;
import redis.clients.jedis.RedisClusterClient;
import redis.clients.jedis.UnifiedJedis;
import redis.clients.jedis.providers.ClusterConnectionProvider;
import redis.clients.jedis.util.Pool;

/**
 * A Redis Cluster. The constructor of the Jedis client reads the slots from a node, so the client
 * is constructed again until a node answers.
 */
final class ClusterClients implements RedisClients {

  private record Cluster(ClusterExecutor executor, UnifiedJedis client) {}

  private final TopologyMonitor<Cluster> monitor;

  ClusterClients(ClientConfigs configs) {
    this.monitor =
        new TopologyMonitor<>(
            "token-guard-cluster",
            before -> before.orElseGet(() -> open(configs)),
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
    return monitor.found().client();
  }

  /** MGET accepts keys of one slot only. */
  @Override
  public List<String> values(List<String> keys) {
    UnifiedJedis client = client();
    List<String> values = new ArrayList<>();
    keys.forEach(key -> values.add(client.get(key)));
    return values;
  }

  @Override
  public List<Object> pipelined(List<CommandObject<Object>> commands) {
    return monitor.found().executor().executePipelined(commands);
  }

  @Override
  public void dropIdle() {
    monitor
        .foundSoFar()
        .ifPresent(it -> it.executor().nodes().getNodes().values().forEach(Pool::clear));
  }

  @Override
  public void close() {
    monitor.close();
  }
}
