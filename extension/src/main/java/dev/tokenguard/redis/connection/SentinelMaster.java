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
 * Connections to the master that the Sentinels name. Unlike the provider of Jedis it needs no
 * Sentinel when it is made, and logs no stack trace for each that is away.
 *
 * <p>It asks the Sentinel that answered last, by one connection, each second. It does not subscribe
 * to their messages: a firewall that drops an idle connection would keep them back for hours.
 */
final class SentinelMaster implements ConnectionProvider {

  private record Master(HostAndPort address, ConnectionPool pool) {}

  private final ClientConfigs configs;
  private final String name;
  private final TopologyMonitor<Master> monitor;

  // Both are used by the thread of the monitor only.
  private final Deque<HostAndPort> sentinels;
  private Optional<Connection> sentinel = Optional.empty();

  SentinelMaster(ClientConfigs configs) {
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
    for (int asked = 0; asked < sentinels.size(); asked++) {
      try {
        return askFirst();
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

  private HostAndPort askFirst() {
    if (sentinel.isEmpty()) {
      sentinel = Optional.of(new Connection(sentinels.getFirst(), configs.sentinel()));
    }
    CommandArguments question =
        new CommandArguments(Command.SENTINEL).add("GET-MASTER-ADDR-BY-NAME").add(name);
    List<String> address =
        sentinel.get().executeCommand(new CommandObject<>(question, BuilderFactory.STRING_LIST));
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
