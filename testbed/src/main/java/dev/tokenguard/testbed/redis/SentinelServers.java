package dev.tokenguard.testbed.redis;

import dev.tokenguard.testbed.Await;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import redis.clients.jedis.Jedis;

/**
 * A master, two replicas, and three Sentinels that replace a master after a second without
 * response. The default user of Redis and of the Sentinels has the same password.
 */
public final class SentinelServers implements AutoCloseable {

  public static final String MASTER_NAME = "token-guard";
  public static final String PASSWORD = "owner-secret";

  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final int SENTINELS = 3;

  /** The time after which the Sentinels replace a master that does not respond. */
  private static final Duration DOWN_AFTER = Duration.ofSeconds(1);

  private static final String CONFIGURATION =
      """
      sentinel monitor %1$s 127.0.0.1 %2$d 2
      sentinel auth-pass %1$s %3$s
      sentinel down-after-milliseconds %1$s %4$d
      sentinel failover-timeout %1$s 5000
      """;

  private final List<RedisServer> servers = new ArrayList<>();
  private final List<RedisServer> sentinels;

  private SentinelServers(List<String> extraArguments, Duration downAfter) {
    RedisServer master = server(extraArguments, List.of());
    String[] address = {"127.0.0.1", String.valueOf(master.port())};
    List<String> replicaOf = List.of("--replicaof", String.join(" ", address));
    server(extraArguments, replicaOf);
    server(extraArguments, replicaOf);
    // Sentinels that start earlier do not discover the replicas for ten seconds.
    awaitReplicas(2);
    String configuration =
        CONFIGURATION.formatted(MASTER_NAME, master.port(), PASSWORD, downAfter.toMillis());
    sentinels =
        IntStream.range(0, SENTINELS)
            .mapToObj(number -> RedisServer.sentinel(configuration, "--requirepass", PASSWORD))
            .toList();
    Await.until("the Sentinels to know each other and the replicas", PATIENCE, this::isComplete);
  }

  /**
   * @param extraArguments for Redis, not for the Sentinels
   */
  public static SentinelServers start(String... extraArguments) {
    return new SentinelServers(List.of(extraArguments), DOWN_AFTER);
  }

  /** For tests without a failover, which a busy machine could cause. */
  public static SentinelServers startWithoutFailover() {
    return new SentinelServers(List.of(), Duration.ofHours(1));
  }

  private RedisServer server(List<String> extraArguments, List<String> role) {
    List<String> arguments = new ArrayList<>(extraArguments);
    arguments.addAll(role);
    arguments.addAll(List.of("--requirepass", PASSWORD, "--masterauth", PASSWORD));
    arguments.addAll(List.of("--repl-diskless-sync-delay", "0"));
    RedisServer server = RedisServer.start(arguments.toArray(String[]::new));
    servers.add(server);
    return server;
  }

  /** The URL for clients, with the Sentinels. */
  public String uri() {
    return sentinels.stream()
        .map(sentinel -> "127.0.0.1:" + sentinel.port())
        .collect(Collectors.joining(",", "redis://", ""));
  }

  public List<RedisServer> sentinels() {
    return sentinels;
  }

  public List<RedisServer> servers() {
    return servers;
  }

  /** The current master according to the Sentinels. */
  public RedisServer master() {
    for (RedisServer sentinel : sentinels) {
      try {
        int port = Integer.parseInt(sentinel.execute(SentinelServers::masterAddress).get(1));
        return servers.stream().filter(it -> it.port() == port).findFirst().orElseThrow();
      } catch (RuntimeException unavailable) {
        continue;
      }
    }
    throw new IllegalStateException("no Sentinel responds");
  }

  /** Waits until this number of replicas is linked to the master. */
  public void awaitReplicas(int count) {
    Await.until(
        count + " replicas to be linked",
        PATIENCE,
        () ->
            servers.stream()
                    .filter(server -> info(server).contains("master_link_status:up"))
                    .count()
                == count);
  }

  private boolean isComplete() {
    return sentinels.stream()
        .map(SentinelServers::info)
        .allMatch(text -> text.contains("status=ok") && text.contains("slaves=2,sentinels=3"));
  }

  private static String info(RedisServer server) {
    try {
      return server.execute(Jedis::info);
    } catch (RuntimeException unavailable) {
      return "";
    }
  }

  private static List<String> masterAddress(Jedis sentinel) {
    return sentinel.sentinelGetMasterAddrByName(MASTER_NAME);
  }

  @Override
  public void close() {
    Stream.concat(sentinels.stream(), servers.stream()).forEach(RedisServer::close);
  }
}
