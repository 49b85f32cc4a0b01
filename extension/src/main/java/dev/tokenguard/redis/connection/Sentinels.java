package dev.tokenguard.redis.connection;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import redis.clients.jedis.BuilderFactory;
import redis.clients.jedis.CommandArguments;
import redis.clients.jedis.CommandObject;
import redis.clients.jedis.Connection;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.JedisClientConfig;
import redis.clients.jedis.Protocol.Command;
import redis.clients.jedis.exceptions.JedisConnectionException;
import redis.clients.jedis.exceptions.JedisException;

/**
 * Asks Sentinels for their master, by one connection to the one that answered last. Not by their
 * messages: a connection that a firewall forgot tells nothing for hours.
 *
 * <p>For one thread.
 */
public final class Sentinels implements AutoCloseable {

  private final String masterName;
  private final JedisClientConfig config;
  private final Deque<HostAndPort> nodes;
  private Optional<Connection> connection = Optional.empty();

  Sentinels(String masterName, Collection<HostAndPort> nodes, JedisClientConfig config) {
    this.masterName = masterName;
    this.nodes = new ArrayDeque<>(nodes);
    this.config = config;
  }

  /**
   * @throws JedisException when no Sentinel names it, with what each of them said
   */
  HostAndPort master() {
    List<String> reasons = new ArrayList<>();
    JedisConnectionException unknown = null;
    for (int asked = 0; asked < nodes.size(); asked++) {
      try {
        return asked();
      } catch (JedisException failed) {
        reasons.add(nodes.getFirst() + " " + FailureHints.of(failed));
        unknown = new JedisConnectionException(String.join("; ", reasons), failed);
        close();
        nodes.addLast(nodes.removeFirst());
      }
    }
    throw new JedisConnectionException(
        "no Sentinel names the master " + masterName + ": " + unknown.getMessage(),
        unknown.getCause());
  }

  private HostAndPort asked() {
    if (connection.isEmpty()) {
      connection = Optional.of(new Connection(nodes.getFirst(), config));
    }
    CommandArguments question =
        new CommandArguments(Command.SENTINEL).add("GET-MASTER-ADDR-BY-NAME").add(masterName);
    List<String> address =
        connection.get().executeCommand(new CommandObject<>(question, BuilderFactory.STRING_LIST));
    if (address == null) {
      throw new JedisException("does not know it");
    }
    return new HostAndPort(address.get(0), Integer.parseInt(address.get(1)));
  }

  @Override
  public void close() {
    connection.ifPresent(Connection::close);
    connection = Optional.empty();
  }
}
