package dev.tokenguard.spring;

import dev.tokenguard.checker.lettuce.LettuceLookup;
import io.lettuce.core.AbstractRedisClient;
import io.lettuce.core.ClientOptions;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisException;
import io.lettuce.core.RedisURI;
import io.lettuce.core.SocketOptions;
import io.lettuce.core.SslOptions;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.cluster.RedisClusterClient;
import io.lettuce.core.cluster.api.StatefulRedisClusterConnection;
import io.lettuce.core.protocol.ProtocolVersion;
import io.lettuce.core.resource.ClientResources;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.springframework.data.redis.connection.RedisConfiguration;
import org.springframework.data.redis.connection.lettuce.LettuceClientConfiguration;
import org.springframework.data.redis.connection.lettuce.LettuceClientConfiguration.LettuceClientConfigurationBuilder;
import org.springframework.data.redis.connection.lettuce.LettuceClientConfiguration.LettuceSslClientConfigurationBuilder;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;

/**
 * One connection by Lettuce that all checks share.
 *
 * <p>Also for the Redis of the application it is a connection of its own. By its defaults, Lettuce
 * waits 60 seconds for a reply and queues commands while Redis is unavailable, and the application
 * may rely on that.
 */
final class LettuceRedisLookup implements RedisLookup {

  /**
   * To connect, with the handshakes of TLS and Redis. Longer than a command may take, because no
   * request waits for it.
   */
  private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(1);

  private static final SocketOptions SOCKET =
      SocketOptions.builder().connectTimeout(CONNECT_TIMEOUT).build();

  private static final Duration BETWEEN_FIRST_ATTEMPTS = Duration.ofMillis(500);

  private final AbstractRedisClient client;
  private final Duration timeout;
  private final Runnable shutdown;
  private final CountDownLatch closed = new CountDownLatch(1);
  private volatile Optional<LettuceLookup> lookup;

  /**
   * Connects at once, or as soon as Redis is there: the application starts without it.
   *
   * @param client with {@link LettuceLookup#options} or {@link LettuceLookup#clusterOptions}
   */
  LettuceRedisLookup(AbstractRedisClient client, Duration timeout, Runnable shutdown) {
    this.client = client;
    this.timeout = timeout;
    this.shutdown = shutdown;
    this.lookup = connected();
    if (lookup.isEmpty()) {
      Thread connector = new Thread(this::connect, "token-guard-connect");
      connector.setDaemon(true);
      connector.start();
    }
  }

  static LettuceRedisLookup of(String url, Duration timeout) {
    RedisURI address = RedisURI.create(url);
    address.setTimeout(CONNECT_TIMEOUT);
    ClientResources resources =
        ClientResources.builder().reconnectDelay(LettuceLookup.reconnectDelay()).build();
    RedisClient client = RedisClient.create(resources, address);
    client.setOptions(LettuceLookup.options(timeout).mutate().socketOptions(SOCKET).build());
    return new LettuceRedisLookup(
        client,
        timeout,
        () -> {
          client.shutdown(Duration.ZERO, Duration.ofSeconds(1));
          resources.shutdown(0, 1, TimeUnit.SECONDS).awaitUninterruptibly(1, TimeUnit.SECONDS);
        });
  }

  /** Lettuce itself reconnects after the first connection. */
  private void connect() {
    try {
      while (lookup.isEmpty()
          && !closed.await(BETWEEN_FIRST_ATTEMPTS.toMillis(), TimeUnit.MILLISECONDS)) {
        lookup = connected();
      }
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
    }
  }

  private Optional<LettuceLookup> connected() {
    try {
      if (client instanceof RedisClusterClient cluster) {
        StatefulRedisClusterConnection<String, String> connection = cluster.connect();
        connection.setTimeout(timeout);
        return Optional.of(LettuceLookup.of(connection));
      }
      StatefulRedisConnection<String, String> connection = ((RedisClient) client).connect();
      connection.setTimeout(timeout);
      return Optional.of(LettuceLookup.of(connection));
    } catch (RedisException unavailable) {
      return Optional.empty();
    }
  }

  @Override
  public List<String> get(List<String> keys) throws Exception {
    return lookup.orElseThrow(LettuceRedisLookup::notConnected).get(keys);
  }

  @Override
  public CompletionStage<List<String>> getAsync(List<String> keys) {
    return lookup
        .map(connected -> connected.getAsync(keys))
        .orElseGet(() -> CompletableFuture.failedStage(notConnected()));
  }

  private static RedisException notConnected() {
    return new RedisException("There was no connection to Redis since the start");
  }

  @Override
  public void close() {
    closed.countDown();
    shutdown.run();
  }

  /**
   * A connection with the address, the credentials, the TLS settings and the threads of the
   * application's one. Its timeouts differ, and it reads from the master. A class of its own,
   * because an application with {@code token-guard.redis.url} may have no Spring Data Redis.
   */
  static final class OfApplication {

    private OfApplication() {}

    static LettuceRedisLookup of(LettuceConnectionFactory application, Duration timeout) {
      LettuceConnectionFactory own =
          new LettuceConnectionFactory(addressOf(application), configuration(application, timeout));
      own.afterPropertiesSet();
      own.start();
      return new LettuceRedisLookup(own.getRequiredNativeClient(), timeout, own::destroy);
    }

    private static RedisConfiguration addressOf(LettuceConnectionFactory application) {
      return Stream.<Optional<RedisConfiguration>>of(
              Optional.ofNullable(application.getClusterConfiguration()),
              Optional.ofNullable(application.getSentinelConfiguration()),
              Optional.ofNullable(application.getSocketConfiguration()))
          .flatMap(Optional::stream)
          .findFirst()
          .orElseGet(application::getStandaloneConfiguration);
    }

    private static LettuceClientConfiguration configuration(
        LettuceConnectionFactory application, Duration timeout) {
      LettuceClientConfiguration theirs = application.getClientConfiguration();
      LettuceClientConfigurationBuilder builder = LettuceClientConfiguration.builder();
      if (theirs.isUseSsl()) {
        LettuceSslClientConfigurationBuilder ssl =
            builder.useSsl().verifyPeer(theirs.getVerifyMode());
        builder = (theirs.isStartTls() ? ssl.startTls() : ssl).and();
      }
      theirs.getClientName().ifPresent(builder::clientName);
      theirs
          .getRedisCredentialsProviderFactory()
          .ifPresent(builder::redisCredentialsProviderFactory);
      theirs
          .getClientResources()
          .map(
              resources ->
                  resources.mutate().reconnectDelay(LettuceLookup.reconnectDelay()).build())
          .ifPresent(builder::clientResources);
      return builder
          .commandTimeout(CONNECT_TIMEOUT)
          .shutdownTimeout(Duration.ofSeconds(1))
          .clientOptions(options(application.isClusterAware(), timeout, theirs.getClientOptions()))
          .build();
    }

    private static ClientOptions options(
        boolean isCluster, Duration timeout, Optional<ClientOptions> theirs) {
      SslOptions ssl = theirs.map(ClientOptions::getSslOptions).orElseGet(SslOptions::create);
      Optional<ProtocolVersion> protocol =
          theirs.flatMap(options -> Optional.ofNullable(options.getConfiguredProtocolVersion()));
      ClientOptions ours =
          isCluster ? LettuceLookup.clusterOptions(timeout) : LettuceLookup.options(timeout);
      ClientOptions.Builder options = ours.mutate().socketOptions(SOCKET).sslOptions(ssl);
      protocol.ifPresent(options::protocolVersion);
      return options.build();
    }
  }
}
