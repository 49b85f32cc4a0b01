package dev.tokenguard.faults;

import java.util.concurrent.locks.LockSupport;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import redis.clients.jedis.AbstractPipeline;
import redis.clients.jedis.RedisClient;

/** Another application fills Redis, which evicts keys at random, each within a second or so. */
final class Eviction {

  private static final Pattern USED = Pattern.compile("used_memory:(\\d+)");

  /** About 250 keys are there at a time, and 500 come each second. */
  private static final int ROOM = 1_000_000;

  private static final String KILOBYTES = "x".repeat(4_000);
  private static final int AT_ONCE = 20;
  private static final long PAUSE_NANOS = 40_000_000;
  private static final int SECONDS_TO_LIVE = 5;

  private final OneRedis servers;
  private final Thread writer = new Thread(this::fill, "eviction");
  private volatile boolean isOver;

  Eviction(OneRedis servers) {
    this.servers = servers;
  }

  void begin() {
    try (RedisClient redis = servers.client()) {
      Matcher used = USED.matcher(redis.info("memory"));
      if (!used.find()) {
        throw new IllegalStateException("INFO has no used_memory");
      }
      redis.configSet("maxmemory-policy", "allkeys-random");
      redis.configSet("maxmemory", Long.toString(Long.parseLong(used.group(1)) + ROOM));
    }
    writer.start();
  }

  private void fill() {
    try (RedisClient redis = servers.client()) {
      for (long number = 0; !isOver; ) {
        try (AbstractPipeline pipeline = redis.pipelined()) {
          for (int count = 0; count < AT_ONCE; count++) {
            pipeline.setex("other:" + number++, SECONDS_TO_LIVE, KILOBYTES);
          }
        }
        LockSupport.parkNanos(PAUSE_NANOS);
      }
    }
  }

  void end() {
    isOver = true;
    try (RedisClient redis = servers.client()) {
      redis.configSet("maxmemory", "0");
      redis.configSet("maxmemory-policy", "noeviction");
    }
  }
}
