package dev.tokenguard.checker.lettuce;

import dev.tokenguard.checker.RevocationCache;
import dev.tokenguard.checker.cache.KeyTracking;
import io.lettuce.core.RedisChannelHandler;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisConnectionStateListener;
import io.lettuce.core.RedisURI;
import io.lettuce.core.TrackingArgs;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.api.push.PushMessage;
import io.lettuce.core.codec.StringCodec;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** {@link KeyTracking} by Lettuce. Not for a Cluster, where each node reports its own keys only. */
public final class LettuceTracking {

  private LettuceTracking() {}

  /**
   * @param client with RESP3, the default, and {@link LettuceLookup#options}
   * @param uri of the server, or with Sentinels
   * @param keyPrefix see {@link KeyTracking#start}
   */
  public static KeyTracking start(
      RedisClient client, RedisURI uri, String keyPrefix, RevocationCache cache) {
    return KeyTracking.start(
        (prefixes, target) -> TrackingConnection.open(client, uri, prefixes, target),
        keyPrefix,
        cache);
  }

  private static final class TrackingConnection
      implements KeyTracking.Connection, RedisConnectionStateListener {

    private final StatefulRedisConnection<String, String> connection;
    private final CompletableFuture<Void> lost = new CompletableFuture<>();

    private TrackingConnection(StatefulRedisConnection<String, String> connection) {
      this.connection = connection;
    }

    static TrackingConnection open(
        RedisClient client, RedisURI uri, List<String> prefixes, RevocationCache cache) {
      TrackingConnection opened = new TrackingConnection(client.connect(StringCodec.UTF8, uri));
      try {
        opened.connection.addListener(opened);
        opened.connection.addListener(message -> invalidate(message, cache));
        opened
            .connection
            .sync()
            .clientTracking(
                TrackingArgs.Builder.enabled().bcast().prefixes(prefixes.toArray(String[]::new)));
      } catch (RuntimeException refused) {
        opened.close();
        throw refused;
      }
      return opened;
    }

    /** {@code invalidate} and the keys; no keys if the whole database was flushed. */
    private static void invalidate(PushMessage message, RevocationCache cache) {
      if (message.getType().equals("invalidate")) {
        if (message.getContent(StringCodec.UTF8::decodeKey).get(1) instanceof List<?> keys) {
          keys.forEach(key -> cache.invalidate((String) key));
        } else {
          cache.invalidateAll();
        }
      }
    }

    /** The client connects again, but without tracking. */
    @Override
    public void onRedisDisconnected(RedisChannelHandler<?, ?> handler) {
      lost.complete(null);
    }

    @Override
    public CompletableFuture<Void> lost() {
      return lost;
    }

    @Override
    public void probe() {
      connection.sync().ping();
    }

    @Override
    public void close() {
      var unused = connection.closeAsync();
    }
  }
}
