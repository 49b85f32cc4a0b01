package dev.tokenguard.faults;

import dev.tokenguard.faults.SoakReport.Sample;
import dev.tokenguard.testbed.process.Jcmd;
import java.util.HashSet;
import java.util.Objects;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import redis.clients.jedis.RedisClient;
import redis.clients.jedis.params.ScanParams;
import redis.clients.jedis.resps.ScanResult;

/** Looks at the memory of Redis and of Keycloak. */
final class MemoryProbe implements AutoCloseable {

  private static final Pattern USED_BY_REDIS = Pattern.compile("used_memory:(\\d+)");
  private static final Pattern ALIVE_IN_HEAP = Pattern.compile("Total +\\d+ +(\\d+)");
  private static final String INCIDENTS = "tg:incidents:";
  private static final int ALL_PARTS = 0;

  private final RedisClient redis;
  private final Jcmd keycloak;

  MemoryProbe(OneRedis servers) {
    redis = servers.client();
    keycloak = new Jcmd(servers.keycloak().pid());
  }

  Sample sample(long second) {
    Set<String> keys = keys();
    long log = keys.stream().filter(MemoryProbe::isLog).mapToLong(this::bytesOf).sum();
    keys.removeIf(MemoryProbe::isLog);
    long state = keys.stream().mapToLong(this::bytesOf).sum();
    long redisBytes = number(USED_BY_REDIS, redis.info("memory")) - log;
    return new Sample(second, redisBytes, state, keys.size(), aliveInHeap());
  }

  private static boolean isLog(String key) {
    return key.startsWith(INCIDENTS);
  }

  private Set<String> keys() {
    Set<String> keys = new HashSet<>();
    String cursor = ScanParams.SCAN_POINTER_START;
    do {
      ScanResult<String> page = redis.scan(cursor, new ScanParams().count(1_000));
      keys.addAll(page.getResult());
      cursor = page.getCursor();
    } while (!cursor.equals(ScanParams.SCAN_POINTER_START));
    return keys;
  }

  /** 0 for a key that is gone by now. */
  private long bytesOf(String key) {
    return Objects.requireNonNullElse(redis.memoryUsage(key, ALL_PARTS), 0L);
  }

  /** Counted by the full collection itself: garbage that comes right after it is not in it. */
  private long aliveInHeap() {
    return number(ALIVE_IN_HEAP, keycloak.tell("GC.class_histogram"));
  }

  private static long number(Pattern pattern, String text) {
    Matcher matcher = pattern.matcher(text);
    if (!matcher.find()) {
      throw new IllegalStateException("no " + pattern + " in " + text);
    }
    return Long.parseLong(matcher.group(1));
  }

  @Override
  public void close() {
    redis.close();
  }
}
