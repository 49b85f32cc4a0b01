package dev.tokenguard.testbed.redis;

import dev.tokenguard.testbed.Await;
import dev.tokenguard.testbed.process.LoopbackPort;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.Protocol;

/** A Redis Cluster: three masters with one replica each. The default user needs a password. */
public final class ClusterServers implements AutoCloseable {

  public static final String PASSWORD = "owner-secret";

  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final int MASTERS = 3;
  private static final int SLOTS = 16_384;

  private final List<RedisServer> servers = new ArrayList<>();
  private final Map<Integer, Integer> busPorts = new HashMap<>();

  private ClusterServers(List<String> extraArguments) {
    for (int index = 0; index < 2 * MASTERS; index++) {
      servers.add(server(extraArguments));
    }
    for (int index = 0; index < MASTERS; index++) {
      int from = index * SLOTS / MASTERS;
      int to = (index + 1) * SLOTS / MASTERS - 1;
      servers.get(index).execute(jedis -> jedis.clusterAddSlotsRange(from, to));
    }
    // Without it, two nodes may use the same config epoch, and conflict.
    for (int index = 0; index < servers.size(); index++) {
      long epoch = index + 1;
      servers.get(index).execute(jedis -> jedis.clusterSetConfigEpoch(epoch));
    }
    RedisServer first = servers.get(0);
    for (RedisServer server : servers.subList(1, servers.size())) {
      server.execute(jedis -> meet(jedis, first.port()));
    }
    awaitAll("to know each other", jedis -> jedis.clusterNodes().lines().count() == servers.size());
    for (int index = 0; index < MASTERS; index++) {
      String master = servers.get(index).execute(Jedis::clusterMyId);
      servers.get(MASTERS + index).execute(jedis -> jedis.clusterReplicate(master));
    }
    awaitWhole();
  }

  /**
   * @param extraArguments of each node; they take precedence
   */
  public static ClusterServers start(String... extraArguments) {
    return new ClusterServers(List.of(extraArguments));
  }

  private Object meet(Jedis jedis, int port) {
    return jedis.sendCommand(
        Protocol.Command.CLUSTER,
        "MEET",
        "127.0.0.1",
        String.valueOf(port),
        String.valueOf(busPorts.get(port)));
  }

  private RedisServer server(List<String> extraArguments) {
    int busPort = LoopbackPort.free();
    List<String> arguments = new ArrayList<>();
    arguments.addAll(List.of("--cluster-enabled", "yes", "--cluster-node-timeout", "2000"));
    // The default is the port plus 10000, outside the reserved range.
    arguments.addAll(List.of("--cluster-port", String.valueOf(busPort)));
    arguments.addAll(List.of("--requirepass", PASSWORD, "--masterauth", PASSWORD));
    arguments.addAll(List.of("--repl-diskless-sync-delay", "0"));
    arguments.addAll(extraArguments);
    RedisServer server = RedisServer.start(arguments.toArray(String[]::new));
    busPorts.put(server.port(), busPort);
    return server;
  }

  /** The URL for clients, with some of the nodes. */
  public String uri() {
    return servers.stream()
        .limit(MASTERS)
        .map(server -> "127.0.0.1:" + server.port())
        .collect(Collectors.joining(",", "redis://", ""));
  }

  public List<RedisServer> servers() {
    return servers;
  }

  public List<RedisServer> masters() {
    return servers.stream()
        .filter(server -> server.execute(Jedis::role).get(0).equals("master"))
        .toList();
  }

  /** The master of the slot of a key, according to a running node. */
  public RedisServer masterOf(String key) {
    RedisServer asked = servers.stream().filter(RedisServer::isRunning).findFirst().orElseThrow();
    long slot = asked.execute(jedis -> jedis.clusterKeySlot(key));
    for (Object range : asked.execute(Jedis::clusterSlots)) {
      List<?> parts = (List<?>) range;
      if ((Long) parts.get(0) <= slot && slot <= (Long) parts.get(1)) {
        long port = (Long) ((List<?>) parts.get(2)).get(1);
        return servers.stream().filter(it -> it.port() == port).findFirst().orElseThrow();
      }
    }
    throw new IllegalStateException("no node has the slot of " + key);
  }

  /** Waits until every running node reports all slots as served and is linked to its master. */
  public void awaitWhole() {
    awaitAll(
        "to be complete",
        jedis ->
            jedis.clusterInfo().contains("cluster_state:ok")
                && jedis.clusterNodes().lines().filter(line -> line.contains("slave")).count()
                    == MASTERS
                && !jedis.info("replication").contains("master_link_status:down"));
  }

  private void awaitAll(String what, Function<Jedis, Boolean> condition) {
    Await.until(
        "the nodes of the Cluster " + what,
        PATIENCE,
        () ->
            servers.stream().filter(RedisServer::isRunning).allMatch(it -> it.execute(condition)));
  }

  @Override
  public void close() {
    servers.forEach(RedisServer::close);
  }
}
