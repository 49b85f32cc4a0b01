package dev.tokenguard.redis.connection;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import redis.clients.jedis.exceptions.JedisConnectionException;
import redis.clients.jedis.exceptions.JedisException;

/**
 * Looks for something at once and then every second, on a thread of its own: nobody's request waits
 * for servers that are away, and Keycloak starts without them.
 *
 * @param <T> what is found
 */
final class TopologyMonitor<T> implements AutoCloseable {

  private static final long PAUSE_MS = 1_000;

  private final UnaryOperator<Optional<T>> look;
  private final Consumer<T> discard;
  private final Duration patience;
  private final CountDownLatch looked = new CountDownLatch(1);
  private final ScheduledExecutorService thread;
  private volatile Optional<T> found = Optional.empty();
  private volatile Optional<RuntimeException> failure = Optional.empty();

  /**
   * @param look given what was found before, gives that or another
   * @param discard takes what was found before, after another has taken its place
   * @param patience how long a caller waits for the first look
   */
  TopologyMonitor(
      String name, UnaryOperator<Optional<T>> look, Consumer<T> discard, Duration patience) {
    this.look = look;
    this.discard = discard;
    this.patience = patience;
    this.thread =
        Executors.newSingleThreadScheduledExecutor(
            task -> {
              Thread daemon = new Thread(task, name);
              daemon.setDaemon(true);
              return daemon;
            });
    thread.scheduleWithFixedDelay(this::look, 0, PAUSE_MS, TimeUnit.MILLISECONDS);
  }

  private void look() {
    try {
      Optional<T> before = found;
      found = look.apply(before);
      failure = Optional.empty();
      before.filter(it -> it != found.orElse(null)).ifPresent(discard);
    } catch (RuntimeException failed) {
      failure = Optional.of(failed);
    } finally {
      looked.countDown();
    }
  }

  /**
   * What was found last; it may have gone since.
   *
   * @throws JedisException when nothing was found yet
   */
  T found() {
    await();
    return found.orElseThrow(
        () ->
            failure
                .map(last -> new JedisConnectionException(last.getMessage(), last))
                .orElseGet(() -> new JedisConnectionException("still looking for Redis")));
  }

  /** Waits for no look. */
  Optional<T> foundSoFar() {
    return found;
  }

  private void await() {
    try {
      looked.await(patience.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  /** Ends the thread once it is done with its last look, and discards what was found. */
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
