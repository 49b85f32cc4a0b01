package dev.tokenguard.checker.jedis;

import dev.tokenguard.checker.RevocationCache;
import dev.tokenguard.checker.cache.KeyTracking;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import redis.clients.jedis.Connection;
import redis.clients.jedis.DefaultJedisClientConfig;
import redis.clients.jedis.DefaultJedisSocketFactory;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.JedisClientConfig;
import redis.clients.jedis.Protocol.Command;
import redis.clients.jedis.PushConsumerContext;
import redis.clients.jedis.RedisProtocol;

/** {@link KeyTracking} by Jedis. Not for a Cluster, where each node reports its own keys only. */
public final class JedisTracking {

  private static final byte[] INVALIDATE = "invalidate".getBytes(StandardCharsets.US_ASCII);

  /** Longer than the interval of the probes, whose replies arrive in the meantime. */
  private static final int LONGEST_SILENCE_MILLIS = 3_000;

  private JedisTracking() {}

  /**
   * @param master the address for each connection; {@code sentinelClient::getCurrentMaster} with
   *     Sentinel
   * @param config user, password, TLS and connect timeout, as for the client of the lookup
   * @param keyPrefix see {@link KeyTracking#start}
   */
  public static KeyTracking start(
      Supplier<HostAndPort> master,
      JedisClientConfig config,
      String keyPrefix,
      RevocationCache cache) {
    return KeyTracking.start(
        (prefixes, target) -> TrackingConnection.open(master.get(), config, prefixes, target),
        keyPrefix,
        cache);
  }

  /** A thread reads, because Jedis reads push messages only while it reads. */
  private static final class TrackingConnection extends Connection
      implements KeyTracking.Connection {

    private final CompletableFuture<Void> lost = new CompletableFuture<>();

    private TrackingConnection(HostAndPort address, JedisClientConfig config) {
      super(new DefaultJedisSocketFactory(address, config), config);
    }

    static TrackingConnection open(
        HostAndPort address,
        JedisClientConfig config,
        List<String> prefixes,
        RevocationCache cache) {
      JedisClientConfig resp3 =
          DefaultJedisClientConfig.builder().from(config).protocol(RedisProtocol.RESP3).build();
      TrackingConnection connection = new TrackingConnection(address, resp3);
      try {
        connection.addPushConsumer(context -> invalidate(context, cache));
        List<String> arguments = new ArrayList<>(List.of("TRACKING", "ON", "BCAST"));
        prefixes.forEach(prefix -> arguments.addAll(List.of("PREFIX", prefix)));
        connection.sendCommand(Command.CLIENT, arguments.toArray(String[]::new));
        connection.getStatusCodeReply();
        connection.setSoTimeout(LONGEST_SILENCE_MILLIS);
      } catch (RuntimeException refused) {
        connection.close();
        throw refused;
      }
      Thread reader = new Thread(connection::read, "token-guard-invalidations");
      reader.setDaemon(true);
      reader.start();
      return connection;
    }

    /** {@code invalidate} and the keys; no keys if the whole database was flushed. */
    private static PushConsumerContext invalidate(
        PushConsumerContext context, RevocationCache cache) {
      if (Arrays.equals(context.getMessage().getType(), INVALIDATE)) {
        if (context.getMessage().getContent().get(1) instanceof List<?> keys) {
          keys.forEach(key -> cache.invalidate(new String((byte[]) key, StandardCharsets.UTF_8)));
        } else {
          cache.invalidateAll();
        }
        context.drop();
      }
      return context;
    }

    private void read() {
      try {
        while (true) {
          // The reply of a probe; push messages are consumed on the way. Fails once closed.
          getOne();
        }
      } catch (RuntimeException failed) {
        lost.completeExceptionally(failed);
      }
    }

    @Override
    public CompletableFuture<Void> lost() {
      return lost;
    }

    /** Does not wait: the reader notices that no reply arrives. */
    @Override
    public void probe() {
      sendCommand(Command.PING);
      flush();
    }
  }
}
