package dev.tokenguard.benchmark;

import dev.tokenguard.testbed.RedisServer;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import redis.clients.jedis.Jedis;

/** What Redis tells of itself. */
final class RedisFigures implements AutoCloseable {

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

  private final Jedis redis;

  RedisFigures(RedisServer server) {
    redis = new Jedis("127.0.0.1", server.port(), 10_000);
  }

  long usedMemory() {
    return Long.parseLong(found(USED_MEMORY, redis.info("memory")).group(1));
  }

  void resetTimes() {
    redis.configResetStat();
  }

  /** Mean time of a script since {@link #resetTimes()}, on the clock of Redis. */
  double scriptMicros() {
    return micros("evalsha");
  }

  /** Mean time of a command since {@link #resetTimes()}, on the clock of Redis. */
  double micros(String command) {
    Calls calls = commands().get(command);
    if (calls == null) {
      throw new BenchmarkFailure("Redis was not sent any " + command);
    }
    return calls.totalMicros() / calls.count();
  }

  /** What was sent since {@link #resetTimes()}, by the command's name. */
  Map<String, Calls> commands() {
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

  void forgetAll() {
    redis.flushAll();
  }

  @Override
  public void close() {
    redis.close();
  }

  private static Matcher found(Pattern pattern, String text) {
    Matcher matcher = pattern.matcher(text);
    if (!matcher.find()) {
      throw new BenchmarkFailure("Redis does not tell " + pattern);
    }
    return matcher;
  }

  /**
   * Calls of one command.
   *
   * @param totalMicros of all of them, on the clock of Redis
   */
  record Calls(long count, double totalMicros) {}
}
