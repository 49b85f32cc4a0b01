package dev.tokenguard.redis.connection;

import java.util.Optional;
import redis.clients.jedis.CommandArguments;
import redis.clients.jedis.CommandObject;
import redis.clients.jedis.Connection;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.Protocol.Command;
import redis.clients.jedis.exceptions.JedisAskDataException;
import redis.clients.jedis.exceptions.JedisConnectionException;
import redis.clients.jedis.exceptions.JedisException;
import redis.clients.jedis.exceptions.JedisRedirectionException;
import redis.clients.jedis.executors.CommandExecutor;
import redis.clients.jedis.providers.ClusterConnectionProvider;

/**
 * Commands on a Cluster: each goes to the master of its key, and where that one sends it.
 *
 * <p>Unlike the executor of Jedis it repeats no command that may have been carried out: a refresh
 * that is decided twice is a replay, and without a grace period a theft. It sleeps for no one.
 */
record ClusterExecutor(ClusterConnectionProvider nodes) implements CommandExecutor {

  /** MOVED to a node that is handing the slot on, then ASK; and one for good measure. */
  private static final int REDIRECTIONS = 3;

  @Override
  public <T> T executeCommand(CommandObject<T> command) {
    Optional<JedisRedirectionException> redirection = Optional.empty();
    for (int followed = 0; ; followed++) {
      try (Connection connection = connection(command.getArguments(), redirection)) {
        return run(connection, command, redirection);
      } catch (JedisRedirectionException elsewhere) {
        if (followed == REDIRECTIONS) {
          throw elsewhere;
        }
        learn(elsewhere);
        redirection = Optional.of(elsewhere);
      }
    }
  }

  private Connection connection(
      CommandArguments arguments, Optional<JedisRedirectionException> redirection) {
    if (redirection.isPresent()) {
      return nodes.getConnection(redirection.get().getTargetNode());
    }
    if (arguments.isKeyless()) {
      return nodes.getConnection();
    }
    int slot = arguments.getKeyHashSlots().iterator().next();
    HostAndPort master = nodes.getNode(slot);
    try {
      return nodes.getConnection(arguments);
    } catch (JedisException unreachable) {
      // Nothing was sent yet: if another has taken the slot over, it may have the command.
      nodes.renewSlotCache();
      if (nodes.getNode(slot) == null || nodes.getNode(slot).equals(master)) {
        throw unreachable;
      }
      return nodes.getConnection(arguments);
    }
  }

  private <T> T run(
      Connection connection,
      CommandObject<T> command,
      Optional<JedisRedirectionException> redirection) {
    try {
      if (redirection.filter(JedisAskDataException.class::isInstance).isPresent()) {
        connection.executeCommand(Command.ASKING);
      }
      return connection.executeCommand(command);
    } catch (JedisConnectionException broken) {
      // A master that hangs is replaced while its connections stay open.
      nodes.renewSlotCache();
      throw broken;
    }
  }

  /** ASK is about one key; MOVED is about all of the slot, and often about more slots. */
  void learn(JedisRedirectionException redirection) {
    if (!(redirection instanceof JedisAskDataException)) {
      nodes.renewSlotCache();
    }
  }

  @Override
  public void close() {
    nodes.close();
  }
}
