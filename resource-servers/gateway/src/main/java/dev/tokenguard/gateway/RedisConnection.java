package dev.tokenguard.gateway;

import dev.tokenguard.checker.AsyncRevocationChecker.AsyncLookup;
import dev.tokenguard.checker.RevocationCache;
import dev.tokenguard.checker.cache.KeyTracking;
import dev.tokenguard.checker.lettuce.LettuceLookup;
import dev.tokenguard.checker.lettuce.LettuceTracking;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.codec.StringCodec;
import io.lettuce.core.resource.ClientResources;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The one connection to Redis. It is opened in the background, so that the service also starts
 * without Redis, and replaced when Redis does not respond: a connection that a firewall has dropped
 * would hang until the operating system gives up, after about 15 minutes.
 */
final class RedisConnection implements AsyncLookup, AutoCloseable {

  private static final Logger LOG = System.getLogger(RedisConnection.class.getName());

  /** Probes without a reply, one per call of {@link #probe}. */
  private static final int MAX_FAILED_PROBES = 3;

  private static final Duration HANDSHAKE = Duration.ofSeconds(1);

  private final RedisURI uri;
  private final ClientResources resources;
  private final RedisClient client;

  private record Open(StatefulRedisConnection<String, String> connection, LettuceLookup lookup) {}

  private volatile @Nullable Open open;
  private volatile boolean isAvailable = true;
  private boolean isConnecting;
  private int failedProbes;

  RedisConnection(RedisURI uri, Duration timeout) {
    this.uri = uri;
    // Of the handshake, for which no request waits.
    uri.setTimeout(HANDSHAKE);
    resources = ClientResources.builder().reconnectDelay(LettuceLookup.reconnectDelay()).build();
    client = RedisClient.create(resources);
    client.setOptions(LettuceLookup.options(timeout));
  }

  @Override
  public CompletionStage<List<String>> getAsync(List<String> keys) {
    Open current = open;
    return current == null
        ? CompletableFuture.failedStage(new IllegalStateException("not connected to Redis"))
        : current.lookup.getAsync(keys);
  }

  /** Redis reports changed keys to the cache, by another connection. */
  KeyTracking track(String keyPrefix, RevocationCache cache) {
    return LettuceTracking.start(client, uri, keyPrefix, cache);
  }

  /** Whether the last probe was successful. */
  boolean isAvailable() {
    return open != null && isAvailable;
  }

  /** Connects, or sends {@code PING}; to be called about once a second. */
  synchronized void probe() {
    if (isConnecting) {
      return;
    }
    Open current = open;
    if (current != null && failedProbes >= MAX_FAILED_PROBES && current.connection.isOpen()) {
      var unused = current.connection.closeAsync();
      open = null;
      current = null;
    }
    if (current == null) {
      isConnecting = true;
      failedProbes = 0;
      var unused = client.connectAsync(StringCodec.UTF8, uri).whenComplete(this::connected);
    } else {
      current.connection.async().ping().whenComplete((pong, failure) -> probed(failure));
    }
  }

  private synchronized void connected(
      @Nullable StatefulRedisConnection<String, String> connection, @Nullable Throwable failure) {
    isConnecting = false;
    if (connection != null) {
      open = new Open(connection, LettuceLookup.of(connection));
    }
    probed(failure);
  }

  private synchronized void probed(@Nullable Throwable failure) {
    failedProbes = failure == null ? 0 : failedProbes + 1;
    if (failure == null && !isAvailable) {
      LOG.log(Level.INFO, "Redis is available again");
    } else if (failure != null && isAvailable) {
      LOG.log(Level.WARNING, "Redis is unavailable: {0}", Logs.summary(failure));
    }
    isAvailable = failure == null;
  }

  @Override
  public void close() {
    client.shutdown(Duration.ZERO, Duration.ofSeconds(1));
    var unused = resources.shutdown(0, 1, TimeUnit.SECONDS);
  }
}
