package dev.tokenguard.benchmark.store;

import dev.tokenguard.redis.connection.Redis;
import dev.tokenguard.redis.connection.RedisSettings;
import dev.tokenguard.redis.connection.RedisTelemetry;
import dev.tokenguard.testbed.redis.RedisServer;
import java.time.Duration;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import redis.clients.jedis.Jedis;

/** What INFO of a Redis reports. */
record MeasuredRedis(RedisServer server) {

  /** But for what the connections and these figures cost by themselves. */
  private static final Pattern CALLS =
      Pattern.compile(
          "cmdstat_(?!config|info|hello|ping|select|client|auth)([a-z|]+):calls=(\\d+),usec=(\\d+),");

  /** Carries out the commands; others write to disk and close files. */
  private static final Pattern MAIN_THREAD =
      Pattern.compile("used_cpu_(?:sys|user)_main_thread:([\\d.]+)");

  /** The wrong node, or more than one slot. */
  private static final Pattern MISDIRECTED =
      Pattern.compile("errorstat_(?:MOVED|ASK|CROSSSLOT|TRYAGAIN|CLUSTERDOWN):count=(\\d+)");

  private static final Pattern USED = Pattern.compile("used_memory:(\\d+)");
  private static final Pattern REPLICATION =
      Pattern.compile("mem_total_replication_buffers:(\\d+)");

  /** A connection as Keycloak has it, without metrics. */
  static Redis connect(Map<String, String> settings) {
    return Redis.open(RedisSettings.parse(settings::get).orElseThrow(), new Silent());
  }

  Redis connect(int database) {
    return connect(Map.of("url", server.uri() + "/" + database, "read-timeout", "10000"));
  }

  long keys() {
    return server.execute(Jedis::dbSize);
  }

  /** But for what waits for replicas. */
  long usedMemory() {
    return (long) (sum("memory", USED) - sum("memory", REPLICATION));
  }

  /** CPU that was used to read, carry out and answer commands, and to replicate them. */
  double mainThreadMicros() {
    return sum("cpu", MAIN_THREAD) * 1e6;
  }

  /** How many commands were refused since {@link #reset()} because of their slot. */
  long misdirected() {
    return (long) sum("errorstats", MISDIRECTED);
  }

  void reset() {
    server.execute(Jedis::configResetStat);
  }

  void flush() {
    server.execute(Jedis::flushAll);
  }

  /** Mean time of a command since {@link #reset()}, on the clock of Redis. */
  double micros(String command) {
    MatchResult calls =
        CALLS
            .matcher(info("commandstats"))
            .results()
            .filter(each -> each.group(1).equals(command))
            .findFirst()
            .orElseThrow();
    return Double.parseDouble(calls.group(3)) / Long.parseLong(calls.group(2));
  }

  /** Mean time of a script. */
  double scriptMicros() {
    return micros("evalsha");
  }

  /** How many commands were sent or called by scripts since {@link #reset()}. */
  long commands() {
    return CALLS
        .matcher(info("commandstats"))
        .results()
        .mapToLong(each -> Long.parseLong(each.group(2)))
        .sum();
  }

  private double sum(String section, Pattern pattern) {
    return pattern
        .matcher(info(section))
        .results()
        .mapToDouble(each -> Double.parseDouble(each.group(1)))
        .sum();
  }

  private String info(String section) {
    return server.execute(redis -> redis.info(section));
  }

  private static final class Silent implements RedisTelemetry {
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
