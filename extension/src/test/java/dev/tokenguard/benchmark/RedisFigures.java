package dev.tokenguard.benchmark;

import dev.tokenguard.testbed.RedisServer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import redis.clients.jedis.Jedis;

/** What Redis tells of itself. */
final class RedisFigures implements AutoCloseable {

  private static final Pattern USED_MEMORY = Pattern.compile("used_memory:(\\d+)");
  private static final Pattern SCRIPT =
      Pattern.compile("cmdstat_evalsha:calls=(\\d+),usec=(\\d+),.*");

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
    Matcher script = found(SCRIPT, redis.info("commandstats"));
    return Double.parseDouble(script.group(2)) / Long.parseLong(script.group(1));
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
}
