package dev.tokenguard.benchmark.refresh;

import dev.tokenguard.benchmark.refresh.RefreshLoad.RefreshChain;
import dev.tokenguard.benchmark.support.BenchmarkFailure;
import dev.tokenguard.benchmark.support.BenchmarkOptions;
import dev.tokenguard.testbed.redis.RedisServer;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.JedisMonitor;
import redis.clients.jedis.exceptions.JedisException;

/**
 * What Keycloak sent to PostgreSQL and Redis for a number of refreshes.
 *
 * @param sql empty when the server cannot count
 * @param redis by the command's name
 */
public record CommandCount(
    Variant variant, Pace pace, int refreshes, List<StatementCalls> sql, Map<String, Long> redis) {

  /**
   * How fast a session refreshes. Its time stamp counts seconds, and Keycloak writes it in batches:
   * at full speed most refreshes are spared a write that they would cause in real life.
   */
  public enum Pace {
    ONE_A_SECOND("one a second"),
    FULL_SPEED("full speed");

    private final String title;

    Pace(String title) {
      this.title = title;
    }

    public String title() {
      return title;
    }
  }

  /** Commands that open or keep a connection: they depend on time, not on refreshes. */
  private static final Set<String> UPKEEP = Set.of("ping", "hello", "client", "auth", "select");

  /** The upkeep of the cluster, and what only begins or ends a transaction, are left out. */
  public double statementsPerRefresh() {
    return perRefresh(
        sql.stream()
            .filter(each -> !each.isBracket() && !each.isUpkeep())
            .mapToLong(StatementCalls::calls)
            .sum());
  }

  /** The upkeep of connections is left out. */
  public double commandsPerRefresh() {
    return perRefresh(
        redis.entrySet().stream()
            .filter(each -> !UPKEEP.contains(each.getKey()))
            .mapToLong(Map.Entry::getValue)
            .sum());
  }

  private double perRefresh(long calls) {
    return (double) calls / Math.max(1, refreshes);
  }

  /** How often a statement was sent. */
  public record StatementCalls(String text, long calls) {

    private static final Pattern BRACKET =
        Pattern.compile(
            "(begin|start transaction|commit|rollback|set|show|discard).*", Pattern.DOTALL);

    /** By which the nodes of a cluster find each other: it depends on time, not on refreshes. */
    private static final Pattern UPKEEP =
        Pattern.compile(".*\\bjgroups_ping\\b.*", Pattern.DOTALL | Pattern.CASE_INSENSITIVE);

    public boolean isUpkeep() {
      return UPKEEP.matcher(text).matches();
    }

    /** Whether it only begins or ends a transaction, or sets a mode. */
    public boolean isBracket() {
      return BRACKET.matcher(text.strip().toLowerCase(Locale.ROOT)).matches();
    }
  }

  /** Counts what refreshes send to PostgreSQL and Redis. Apart from the rounds: counting costs. */
  public static final class CountingRun {

    private static final Duration BETWEEN_STEPS = Duration.ofMillis(1100);
    private static final Duration FULL_SPEED = Duration.ofSeconds(5);

    private final Deployment deployment;
    private final BenchmarkOptions options;

    public CountingRun(Deployment deployment, BenchmarkOptions options) {
      this.deployment = deployment;
      this.options = options;
    }

    public CommandCount count(Variant variant, Pace pace) {
      List<RefreshChain> chains = deployment.chains(variant, options);
      chains.forEach(RefreshChain::refresh);
      pause(BETWEEN_STEPS);
      boolean countsSql = deployment.postgres().canCountStatements();
      if (countsSql) {
        deployment.postgres().countStatements(true);
        pause(BETWEEN_STEPS);
      }
      try (RedisMonitor monitor = RedisMonitor.start(deployment.redis())) {
        int refreshes =
            pace == Pace.FULL_SPEED
                ? new RefreshLoad(chains).refreshFor(FULL_SPEED)
                : oneASecond(chains);
        // Keycloak writes sessions behind the answer, in batches.
        pause(BETWEEN_STEPS);
        List<StatementCalls> sql =
            countsSql
                ? deployment.postgres().statements(deployment.databaseOf(variant))
                : List.of();
        return new CommandCount(variant, pace, refreshes, sql, monitor.commands());
      } finally {
        if (countsSql) {
          deployment.postgres().countStatements(false);
        }
      }
    }

    private int oneASecond(List<RefreshChain> chains) {
      for (int step = 0; step < options.steps(); step++) {
        chains.forEach(RefreshChain::refresh);
        pause(BETWEEN_STEPS);
      }
      return options.steps() * chains.size();
    }

    private static void pause(Duration duration) {
      try {
        TimeUnit.NANOSECONDS.sleep(duration.toNanos());
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new BenchmarkFailure("Interrupted", e);
      }
    }
  }

  /**
   * Counts the commands that clients send. What a script calls is not counted: it costs no round
   * trip.
   */
  public static final class RedisMonitor implements AutoCloseable {

    /** As in {@code 1700000000.123456 [0 127.0.0.1:40000] "EVALSHA" "..."}. */
    private static final Pattern SENT = Pattern.compile("[0-9.]+ \\[\\d+ (\\S+)] \"([^\"]+)\".*");

    private static final String BY_SCRIPT = "lua";
    private static final String MARK = "benchmark-mark";

    /** Once a second and node, with any load. */
    private static final String HEARTBEAT = ":heartbeat\"";

    private final Map<String, Long> commands = new ConcurrentHashMap<>();
    private final CountDownLatch marked = new CountDownLatch(1);
    private final Jedis monitor;
    private final Jedis marker;

    private RedisMonitor(RedisServer server) {
      monitor = new Jedis("127.0.0.1", server.port());
      marker = new Jedis("127.0.0.1", server.port());
    }

    public static RedisMonitor start(RedisServer server) {
      RedisMonitor counting = new RedisMonitor(server);
      CountDownLatch listening = new CountDownLatch(1);
      Thread thread = new Thread(() -> counting.listen(listening), "redis-monitor");
      thread.setDaemon(true);
      thread.start();
      await(listening);
      return counting;
    }

    /** All commands sent up to now, by name. */
    public Map<String, Long> commands() {
      marker.echo(MARK);
      await(marked);
      return new TreeMap<>(commands);
    }

    @Override
    public void close() {
      monitor.close();
      marker.close();
    }

    private void listen(CountDownLatch listening) {
      try {
        monitor.connect();
        monitor.monitor(
            new JedisMonitor() {
              @Override
              public void proceed(redis.clients.jedis.Connection client) {
                listening.countDown();
                super.proceed(client);
              }

              @Override
              public void onCommand(String line) {
                note(line);
              }
            });
      } catch (JedisException closed) {
        // So it ends: the connection has no other way out of MONITOR.
      }
    }

    private void note(String line) {
      Matcher sent = SENT.matcher(line);
      if (line.contains(MARK)) {
        marked.countDown();
      } else if (sent.matches() && !sent.group(1).equals(BY_SCRIPT) && !line.contains(HEARTBEAT)) {
        commands.merge(sent.group(2).toLowerCase(Locale.ROOT), 1L, Long::sum);
      }
    }

    private static void await(CountDownLatch latch) {
      try {
        if (!latch.await(10, TimeUnit.SECONDS)) {
          throw new BenchmarkFailure("Redis does not answer to MONITOR");
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new BenchmarkFailure("Interrupted", e);
      }
    }
  }
}
