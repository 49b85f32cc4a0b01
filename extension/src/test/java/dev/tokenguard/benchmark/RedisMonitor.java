package dev.tokenguard.benchmark;

import dev.tokenguard.testbed.redis.RedisServer;
import java.util.Locale;
import java.util.Map;
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
 * Counts the commands that clients send. What a script calls is not counted: it costs no round
 * trip.
 */
final class RedisMonitor implements AutoCloseable {

  /** As in {@code 1700000000.123456 [0 127.0.0.1:40000] "EVALSHA" "..."}. */
  private static final Pattern SENT = Pattern.compile("[0-9.]+ \\[\\d+ (\\S+)] \"([^\"]+)\".*");

  private static final String BY_SCRIPT = "lua";
  private static final String MARK = "benchmark-mark";

  /** Once a second and node, whatever the load. */
  private static final String HEARTBEAT = ":heartbeat\"";

  private final Map<String, Long> commands = new ConcurrentHashMap<>();
  private final CountDownLatch marked = new CountDownLatch(1);
  private final Jedis monitor;
  private final Jedis marker;

  private RedisMonitor(RedisServer server) {
    monitor = new Jedis("127.0.0.1", server.port());
    marker = new Jedis("127.0.0.1", server.port());
  }

  static RedisMonitor start(RedisServer server) {
    RedisMonitor counting = new RedisMonitor(server);
    CountDownLatch listening = new CountDownLatch(1);
    Thread thread = new Thread(() -> counting.listen(listening), "redis-monitor");
    thread.setDaemon(true);
    thread.start();
    await(listening);
    return counting;
  }

  /** All commands sent up to now, by name. */
  Map<String, Long> commands() {
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
