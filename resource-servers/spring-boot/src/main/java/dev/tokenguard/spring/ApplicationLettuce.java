package dev.tokenguard.spring;

import dev.tokenguard.checker.lettuce.LettuceLookup;
import io.lettuce.core.ClientOptions;
import io.lettuce.core.SslOptions;
import io.lettuce.core.cluster.ClusterClientOptions;
import io.lettuce.core.protocol.ProtocolVersion;
import java.time.Duration;
import java.util.Optional;
import java.util.stream.Stream;
import org.springframework.data.redis.connection.RedisConfiguration;
import org.springframework.data.redis.connection.lettuce.LettuceClientConfiguration;
import org.springframework.data.redis.connection.lettuce.LettuceClientConfiguration.LettuceClientConfigurationBuilder;
import org.springframework.data.redis.connection.lettuce.LettuceClientConfiguration.LettuceSslClientConfigurationBuilder;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;

/**
 * A connection with the address, the credentials, the TLS settings and the threads of the
 * application's one. Its time-outs differ, and it reads from the master.
 */
final class ApplicationLettuce {

  private ApplicationLettuce() {}

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
    theirs.getRedisCredentialsProviderFactory().ifPresent(builder::redisCredentialsProviderFactory);
    theirs
        .getClientResources()
        .map(
            resources ->
                resources.mutate().reconnectDelay(LettuceRedisLookup.RECONNECT_DELAY).build())
        .ifPresent(builder::clientResources);
    return builder
        .commandTimeout(LettuceRedisLookup.CONNECT_TIMEOUT)
        .shutdownTimeout(Duration.ofSeconds(1))
        .clientOptions(options(application.isClusterAware(), timeout, theirs.getClientOptions()))
        .build();
  }

  private static ClientOptions options(
      boolean isCluster, Duration timeout, Optional<ClientOptions> theirs) {
    SslOptions ssl = theirs.map(ClientOptions::getSslOptions).orElseGet(SslOptions::create);
    Optional<ProtocolVersion> protocol =
        theirs.flatMap(options -> Optional.ofNullable(options.getConfiguredProtocolVersion()));
    if (isCluster) {
      ClusterClientOptions.Builder options =
          LettuceLookup.clusterOptions(timeout)
              .mutate()
              .socketOptions(LettuceRedisLookup.SOCKET)
              .sslOptions(ssl);
      protocol.ifPresent(options::protocolVersion);
      return options.build();
    }
    ClientOptions.Builder options =
        LettuceLookup.options(timeout)
            .mutate()
            .socketOptions(LettuceRedisLookup.SOCKET)
            .sslOptions(ssl);
    protocol.ifPresent(options::protocolVersion);
    return options.build();
  }
}
