package dev.tokenguard.redis.connection;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import redis.clients.jedis.BuilderFactory;
import redis.clients.jedis.CommandArguments;
import redis.clients.jedis.CommandObject;
import redis.clients.jedis.Connection;
import redis.clients.jedis.ConnectionPool;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.Protocol.Command;
import redis.clients.jedis.exceptions.JedisConnectionException;
import redis.clients.jedis.exceptions.JedisException;
import redis.clients.jedis.providers.ConnectionProvider;

/**
 * Connections to the master that the Sentinels name. Unlike the provider of Jedis, its constructor
 * needs no available Sentinel, and it logs no stack trace for each unavailable one.
 *
 * <p>Every second it queries the Sentinel that answered last, over one connection. It does not
 * subscribe to the messages of Sentinels: a firewall that drops an idle connection would suppress
 * them for hours.
 */
final class SentinelMaster implements ConnectionProvider {

  private record Master(HostAndPort address, ConnectionPool pool) {}

  private final RedisClients.Configs configs;
  private final String name;
  private final TopologyMonitor<Master> monitor;

  // Only the thread of the monitor uses these two.
  private final Deque<HostAndPort> sentinels;
  private Optional<Connection> sentinel = Optional.empty();

  SentinelMaster(RedisClients.Configs configs) {
    this.configs = configs;
    this.name = configs.settings().sentinel().master().orElseThrow();
    this.sentinels = new ArrayDeque<>(configs.nodes());
    this.monitor =
        new TopologyMonitor<>(
            "token-guard-sentinel",
            this::current,
            master -> master.pool().close(),
            configs.settings().poolTimeout());
  }

  private Master current(Optional<Master> before) {
    HostAndPort address = address();
    return before
        .filter(master -> master.address().equals(address))
        .orElseGet(
            () ->
                new Master(address, new ConnectionPool(address, configs.redis(), configs.pool())));
  }

  /**
   * @throws JedisException if no Sentinel names the master, with the reason of each
   */
  private HostAndPort address() {
    List<String> reasons = new ArrayList<>();
    Optional<JedisException> last = Optional.empty();
    for (int tries = 0; tries < sentinels.size(); tries++) {
      try {
        return queryFirst();
      } catch (JedisException failed) {
        reasons.add(sentinels.getFirst() + " " + FailureClassifier.describe(failed));
        last = Optional.of(failed);
        disconnect();
        sentinels.addLast(sentinels.removeFirst());
      }
    }
    throw new JedisConnectionException(
        "no Sentinel names the master " + name + ": " + String.join("; ", reasons),
        last.orElseThrow());
  }

  private HostAndPort queryFirst() {
    if (sentinel.isEmpty()) {
      sentinel = Optional.of(new Connection(sentinels.getFirst(), configs.sentinel()));
    }
    CommandArguments query =
        new CommandArguments(Command.SENTINEL).add("GET-MASTER-ADDR-BY-NAME").add(name);
    List<String> address =
        sentinel.get().executeCommand(new CommandObject<>(query, BuilderFactory.STRING_LIST));
    if (address == null) {
      throw new JedisException("does not know it");
    }
    return new HostAndPort(address.get(0), Integer.parseInt(address.get(1)));
  }

  private void disconnect() {
    sentinel.ifPresent(Connection::close);
    sentinel = Optional.empty();
  }

  @Override
  public Connection getConnection() {
    return monitor.found().pool().getResource();
  }

  @Override
  public Connection getConnection(CommandArguments arguments) {
    return getConnection();
  }

  void dropIdle() {
    monitor.foundSoFar().ifPresent(master -> master.pool().clear());
  }

  @Override
  public void close() {
    monitor.close();
    disconnect();
  }
}
