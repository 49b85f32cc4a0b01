package dev.tokenguard.redis.connection;

import static java.util.Objects.requireNonNull;

import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import redis.clients.jedis.CommandArguments;
import redis.clients.jedis.CommandObject;
import redis.clients.jedis.Connection;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.Pipeline;
import redis.clients.jedis.Protocol.Command;
import redis.clients.jedis.RedisClusterClient;
import redis.clients.jedis.Response;
import redis.clients.jedis.UnifiedJedis;
import redis.clients.jedis.exceptions.JedisAskDataException;
import redis.clients.jedis.exceptions.JedisClusterOperationException;
import redis.clients.jedis.exceptions.JedisConnectionException;
import redis.clients.jedis.exceptions.JedisDataException;
import redis.clients.jedis.exceptions.JedisException;
import redis.clients.jedis.exceptions.JedisRedirectionException;
import redis.clients.jedis.executors.CommandExecutor;
import redis.clients.jedis.providers.ClusterConnectionProvider;
import redis.clients.jedis.util.Pool;

/**
 * A Redis Cluster. The constructor of the Jedis client reads the slots from a node, so the client
 * is constructed again until a node answers.
 */
final class ClusterClients implements RedisClients {

  private record Cluster(Executor executor, UnifiedJedis client) {}

  private final TopologyMonitor<Cluster> monitor;

  ClusterClients(Configs configs) {
    this.monitor =
        new TopologyMonitor<>(
            "token-guard-cluster",
            before -> before.orElseGet(() -> open(configs)),
            cluster -> cluster.client().close(),
            configs.settings().poolTimeout());
  }

  private static Cluster open(Configs configs) {
    ClusterConnectionProvider nodes =
        new ClusterConnectionProvider(configs.nodes(), configs.redis(), configs.pool());
    Executor executor = new Executor(nodes);
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

  /**
   * Sends each command to the master of its key, and follows redirections.
   *
   * <p>Unlike the executor of Jedis it repeats no command that Redis may have executed: a refresh
   * that is decided twice is a replay, and without a grace period a reuse. Nor does it wait between
   * attempts.
   */
  private record Executor(ClusterConnectionProvider nodes) implements CommandExecutor {

    /** A MOVED to a node that migrates the slot, an ASK, and one more. */
    private static final int REDIRECTIONS = 3;

    @Override
    public <T> T executeCommand(CommandObject<T> command) {
      return execute(command, Optional.empty());
    }

    private <T> T execute(CommandObject<T> command, Optional<JedisRedirectionException> first) {
      Optional<JedisRedirectionException> redirection = first;
      for (int followed = 0; ; followed++) {
        redirection.ifPresent(this::learn);
        try (Connection connection = connection(command.getArguments(), redirection)) {
          return run(connection, command, redirection);
        } catch (JedisRedirectionException elsewhere) {
          if (followed == REDIRECTIONS) {
            throw elsewhere;
          }
          redirection = Optional.of(elsewhere);
        }
      }
    }

    /**
     * Executes commands with a key in one round trip to each master. The pipeline of Jedis for a
     * Cluster follows no redirection, and leaves out the replies of a node whose connection breaks.
     *
     * @return the replies in the order of the commands; an error reply is a {@link
     *     JedisDataException}
     * @throws JedisException if a master fails; the others have executed their commands
     */
    List<Object> executePipelined(List<CommandObject<Object>> commands) {
      Map<Optional<HostAndPort>, List<CommandObject<Object>>> byMaster = new LinkedHashMap<>();
      for (CommandObject<Object> command : commands) {
        HostAndPort master = nodes.getNode(slotOf(command.getArguments()));
        byMaster.computeIfAbsent(Optional.ofNullable(master), it -> new ArrayList<>()).add(command);
      }
      IdentityHashMap<CommandObject<Object>, Response<Object>> responses = new IdentityHashMap<>();
      Optional<JedisException> failure = Optional.empty();
      for (Map.Entry<Optional<HostAndPort>, List<CommandObject<Object>>> trip :
          byMaster.entrySet()) {
        try (Pipeline pipeline = new Pipeline(connectionTo(trip.getKey()), true)) {
          trip.getValue().forEach(it -> responses.put(it, pipeline.executeCommand(it)));
        } catch (JedisException failed) {
          nodes.renewSlotCache();
          failure = Optional.of(failed);
        }
      }
      if (failure.isPresent()) {
        throw failure.get();
      }
      return commands.stream()
          .map(it -> replyOrError(it, requireNonNull(responses.get(it))))
          .toList();
    }

    private Connection connectionTo(Optional<HostAndPort> master) {
      return nodes.getConnection(
          master.orElseThrow(() -> new JedisClusterOperationException("no master has the slot")));
    }

    private Object replyOrError(CommandObject<Object> command, Response<Object> response) {
      try {
        try {
          return response.get();
        } catch (JedisRedirectionException elsewhere) {
          return execute(command, Optional.of(elsewhere));
        }
      } catch (JedisDataException error) {
        return error;
      }
    }

    private static int slotOf(CommandArguments arguments) {
      return arguments.getKeyHashSlots().iterator().next();
    }

    private Connection connection(
        CommandArguments arguments, Optional<JedisRedirectionException> redirection) {
      if (redirection.isPresent()) {
        return nodes.getConnection(redirection.get().getTargetNode());
      }
      if (arguments.isKeyless()) {
        return nodes.getConnection();
      }
      int slot = slotOf(arguments);
      HostAndPort master = nodes.getNode(slot);
      try {
        return nodes.getConnection(arguments);
      } catch (JedisException unreachable) {
        // Nothing was sent, so another master that has taken over the slot may get the command.
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
        // The Cluster replaces a master that hangs while its connections stay open.
        nodes.renewSlotCache();
        throw broken;
      }
    }

    /** MOVED means that slots have moved; ASK concerns one key only. */
    private void learn(JedisRedirectionException redirection) {
      if (!(redirection instanceof JedisAskDataException)) {
        nodes.renewSlotCache();
      }
    }

    @Override
    public void close() {
      nodes.close();
    }
  }
}
