package dev.tokenguard.benchmark.store;

import dev.tokenguard.benchmark.support.BenchmarkFailure;
import dev.tokenguard.redis.connection.Redis;
import dev.tokenguard.redis.connection.RedisSettings;
import dev.tokenguard.redis.connection.RedisTelemetry;
import dev.tokenguard.testbed.redis.ClusterServers;
import dev.tokenguard.testbed.redis.RedisServer;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import redis.clients.jedis.Jedis;

/** What INFO of Redis reports. */
public final class RedisFigures implements AutoCloseable {

  private static final Pattern USED_MEMORY = Pattern.compile("used_memory:(\\d+)");
  private static final Pattern COMMAND =
      Pattern.compile("cmdstat_([a-z|]+):calls=(\\d+),usec=(\\d+),");

  /** What these figures and the connections cost by themselves. */
  private static final Set<String> UPKEEP =
      Set.of(
          "config|resetstat",
          "info",
          "hello",
          "ping",
          "select",
          "client|setname",
          "client|setinfo");

  /** It carries out the commands; others write to disk and close files. */
  private static final Pattern MAIN_THREAD =
      Pattern.compile("used_cpu_(?:sys|user)_main_thread:([\\d.]+)");

  /** The wrong node, or more than one slot. */
  private static final Pattern MISDIRECTED =
      Pattern.compile("errorstat_(?:MOVED|ASK|CROSSSLOT|TRYAGAIN|CLUSTERDOWN):count=(\\d+)");

  private static final Pattern REPLICATION =
      Pattern.compile("mem_total_replication_buffers:(\\d+)");

  private static final int MICROS_PER_SECOND = 1_000_000;

  private final Jedis redis;

  public RedisFigures(RedisServer server) {
    redis = new Jedis("127.0.0.1", server.port(), 10_000);
  }

  public static RedisFigures ofClusterNode(RedisServer server) {
    RedisFigures figures = new RedisFigures(server);
    figures.redis.auth(ClusterServers.PASSWORD);
    return figures;
  }

  public long keys() {
    return redis.dbSize();
  }

  /** CPU that was used to read, carry out and answer commands, and to replicate them. */
  public double mainThreadMicros() {
    return MAIN_THREAD
            .matcher(redis.info("cpu"))
            .results()
            .mapToDouble(match -> Double.parseDouble(match.group(1)))
            .sum()
        * MICROS_PER_SECOND;
  }

  /** How many commands were refused since {@link #resetTimes()} because of their slot. */
  public long misdirected() {
    return MISDIRECTED
        .matcher(redis.info("errorstats"))
        .results()
        .mapToLong(match -> Long.parseLong(match.group(1)))
        .sum();
  }

  /** But for what waits for replicas. */
  public long usedMemory() {
    String memory = redis.info("memory");
    return number(USED_MEMORY, memory) - number(REPLICATION, memory);
  }

  public void resetTimes() {
    redis.configResetStat();
  }

  /** Mean time of a script since {@link #resetTimes()}, on the clock of Redis. */
  public double scriptMicros() {
    return scripts().meanMicros();
  }

  /** Scripts that were run since {@link #resetTimes()}. */
  public Calls scripts() {
    return calls("evalsha");
  }

  /** Mean time of a command since {@link #resetTimes()}, on the clock of Redis. */
  public double micros(String command) {
    return calls(command).meanMicros();
  }

  private Calls calls(String command) {
    Calls calls = commands().get(command);
    if (calls == null) {
      throw new BenchmarkFailure("Redis was not sent any " + command);
    }
    return calls;
  }

  /** What was sent since {@link #resetTimes()}, by the command's name. */
  public Map<String, Calls> commands() {
    Map<String, Calls> commands = new TreeMap<>();
    Matcher matcher = COMMAND.matcher(redis.info("commandstats"));
    while (matcher.find()) {
      commands.put(
          matcher.group(1),
          new Calls(Long.parseLong(matcher.group(2)), Double.parseDouble(matcher.group(3))));
    }
    commands.keySet().removeAll(UPKEEP);
    return commands;
  }

  public void forgetAll() {
    redis.flushAll();
  }

  @Override
  public void close() {
    redis.close();
  }

  private static long number(Pattern pattern, String text) {
    Matcher matcher = pattern.matcher(text);
    if (!matcher.find()) {
      throw new BenchmarkFailure("INFO of Redis has no " + pattern);
    }
    return Long.parseLong(matcher.group(1));
  }

  /**
   * Calls of one command.
   *
   * @param totalMicros of all of them, on the clock of Redis
   */
  public record Calls(long count, double totalMicros) {

    public double meanMicros() {
      return totalMicros / count;
    }
  }

  /** A connection as Keycloak has it, without metrics. */
  public static final class SilentRedis implements RedisTelemetry {

    private SilentRedis() {}

    public static Redis open(RedisServer server, int database) {
      Map<String, String> given =
          Map.of("url", server.uri() + "/" + database, "read-timeout", "10000");
      return Redis.open(RedisSettings.parse(given::get).orElseThrow(), new SilentRedis());
    }

    public static Redis open(ClusterServers servers) {
      Map<String, String> given =
          Map.of(
              "url",
              servers.uri(),
              "topology",
              "cluster",
              "password",
              ClusterServers.PASSWORD,
              "read-timeout",
              "10000");
      return Redis.open(RedisSettings.parse(given::get).orElseThrow(), new SilentRedis());
    }

    @Override
    public void answered(Operation operation, Duration took) {
      // Timed by the caller.
    }

    @Override
    public void failed(Operation operation, Failure failure, String message) {
      // The caller is thrown an exception.
    }

    @Override
    public void entered(BreakerState state) {
      // Shows by the exceptions.
    }
  }
}
