package dev.tokenguard.redis.connection;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Function;
import redis.clients.jedis.exceptions.JedisConnectionException;
import redis.clients.jedis.exceptions.JedisException;

/**
 * Looks up the servers at once and then every second, in a background thread. So no request waits
 * for unavailable servers, and Keycloak starts without them.
 *
 * @param <T> the result of a lookup: a master or a Cluster
 */
final class TopologyMonitor<T> implements AutoCloseable {

  private static final long INTERVAL_MS = 1_000;

  private final Function<Optional<T>, T> look;
  private final Consumer<T> discard;
  private final Duration firstLook;
  private final CountDownLatch looked = new CountDownLatch(1);
  private final ScheduledExecutorService thread;
  private volatile Optional<T> found = Optional.empty();
  private volatile Optional<RuntimeException> failure = Optional.empty();

  /**
   * @param look a lookup: returns its argument, which is the last result, or a replacement
   * @param discard closes a replaced result
   * @param firstLook how long {@link #found} waits for the first lookup
   */
  @SuppressWarnings("FutureReturnValueIgnored") // look() throws nothing that it could hold.
  TopologyMonitor(
      String name, Function<Optional<T>, T> look, Consumer<T> discard, Duration firstLook) {
    this.look = look;
    this.discard = discard;
    this.firstLook = firstLook;
    this.thread =
        Executors.newSingleThreadScheduledExecutor(
            task -> {
              Thread daemon = new Thread(task, name);
              daemon.setDaemon(true);
              return daemon;
            });
    thread.scheduleWithFixedDelay(this::look, 0, INTERVAL_MS, TimeUnit.MILLISECONDS);
  }

  private void look() {
    try {
      Optional<T> before = found;
      T next = look.apply(before);
      found = Optional.of(next);
      failure = Optional.empty();
      before.filter(it -> it != next).ifPresent(discard);
    } catch (RuntimeException failed) {
      failure = Optional.of(failed);
    } finally {
      looked.countDown();
    }
  }

  /**
   * The result of the last successful lookup.
   *
   * @throws JedisException as long as none has succeeded
   */
  T found() {
    try {
      looked.await(firstLook.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
    return found.orElseThrow(
        () ->
            failure
                .map(last -> new JedisConnectionException(last.getMessage(), last))
                .orElseGet(() -> new JedisConnectionException("still looking for Redis")));
  }

  /** The same without waiting; empty as long as no lookup has succeeded. */
  Optional<T> foundSoFar() {
    return found;
  }

  @Override
  public void close() {
    thread.shutdownNow();
    try {
      thread.awaitTermination(1, TimeUnit.SECONDS);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
    found.ifPresent(discard);
  }
}
