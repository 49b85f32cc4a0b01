package dev.tokenguard.checker.cache;

import dev.tokenguard.checker.RevocationCache;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Redis reports changed keys to a cache: {@code CLIENT TRACKING ON BCAST} with the prefixes of the
 * three keys, by RESP3 push messages (Redis 6 or newer).
 *
 * <p>It has a connection of its own, and a thread that opens it again with back-off. When the
 * connection is lost, all values are invalidated, because messages may have been lost. A connection
 * that does not respond within the interval of the probes counts as lost. Without a connection, or
 * if the ACL user may not use the command, the cache works by its time alone; one line in the log
 * reports that.
 *
 * <p>Create it with {@code JedisTracking} or {@code LettuceTracking}.
 */
public final class KeyTracking implements AutoCloseable {

  /** How the connections are opened; implemented per Redis client. */
  @FunctionalInterface
  public interface Connector {

    /**
     * Connects and switches tracking on.
     *
     * @param prefixes of the keys to track
     * @param cache gets the invalidations
     * @throws Exception if Redis is not reachable or refuses
     */
    Connection connect(List<String> prefixes, RevocationCache cache) throws Exception;
  }

  /** A connection with tracking. */
  public interface Connection extends AutoCloseable {

    /** Does not wait for Redis. */
    @Override
    void close();

    /** Completed when the connection is lost, normally or with the cause. */
    CompletableFuture<Void> lost();

    /**
     * @throws Exception if the connection does not respond
     */
    void probe() throws Exception;
  }

  private static final Logger LOG = System.getLogger(KeyTracking.class.getName());

  private static final Duration PROBE_INTERVAL = Duration.ofSeconds(1);
  private static final Duration FIRST_BACK_OFF = Duration.ofMillis(100);
  private static final Duration LONGEST_BACK_OFF = Duration.ofSeconds(10);

  private final Connector connector;
  private final List<String> prefixes;
  private final RevocationCache cache;
  private final Thread thread;
  private final CompletableFuture<Void> closed = new CompletableFuture<>();
  private Duration backOff = FIRST_BACK_OFF;
  private volatile boolean isActive;

  private KeyTracking(Connector connector, String keyPrefix, RevocationCache cache) {
    this.connector = connector;
    this.prefixes = List.of(keyPrefix + "at:", keyPrefix + "sid:", keyPrefix + "sub:");
    this.cache = cache;
    this.thread = new Thread(this::run, "token-guard-key-tracking");
    thread.setDaemon(true);
  }

  /**
   * Returns at once; the connection is opened in the background.
   *
   * @param keyPrefix the setting {@code key-prefix} of the connection in Keycloak, usually {@code
   *     tg:}
   */
  public static KeyTracking start(Connector connector, String keyPrefix, RevocationCache cache) {
    KeyTracking tracking = new KeyTracking(connector, keyPrefix, cache);
    tracking.thread.start();
    return tracking;
  }

  /** Whether Redis reports changed keys at present. */
  public boolean isActive() {
    return isActive;
  }

  private void run() {
    boolean isReported = false;
    while (!closed.isDone()) {
      try (Connection connection = connector.connect(prefixes, cache)) {
        // Changes before it are unknown.
        cache.invalidateAll();
        isActive = true;
        if (isReported) {
          LOG.log(Level.INFO, "Redis reports revocations to the cache again");
        }
        isReported = false;
        try {
          watch(connection);
        } finally {
          isActive = false;
          cache.invalidateAll();
        }
      } catch (Exception failed) {
        if (!isReported && !closed.isDone()) {
          isReported = true;
          LOG.log(Level.WARNING, () -> degraded(failed));
        }
      }
      waitFor(closed, backOff);
      backOff =
          backOff.compareTo(LONGEST_BACK_OFF.dividedBy(2)) > 0
              ? LONGEST_BACK_OFF
              : backOff.multipliedBy(2);
    }
  }

  private static String degraded(Exception failure) {
    return "Redis does not report revocations to the cache, so they take effect after its time-to-live."
        + " Check the connection to Redis, and the ACL rule +client|tracking of the user. Cause: "
        + failure;
  }

  /** Returns when this is closed. */
  private void watch(Connection connection) throws Exception {
    CompletableFuture<?> end = CompletableFuture.anyOf(connection.lost(), closed);
    while (!waitFor(end, PROBE_INTERVAL)) {
      connection.probe();
      backOff = FIRST_BACK_OFF;
    }
    if (!closed.isDone()) {
      end.get();
      throw new IllegalStateException("the connection was closed");
    }
  }

  /** Whether the stage was completed in that time. */
  private boolean waitFor(CompletableFuture<?> stage, Duration time) {
    try {
      stage.get(time.toMillis(), TimeUnit.MILLISECONDS);
      return true;
    } catch (TimeoutException notYet) {
      return false;
    } catch (ExecutionException failed) {
      return true;
    } catch (InterruptedException stopped) {
      // By nobody who knows this thread, so it is the end of the application.
      close();
      return true;
    }
  }

  /** Closes the connection in the background. */
  @Override
  public void close() {
    closed.complete(null);
  }
}
