package dev.tokenguard.spring;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.List;
import org.apache.commons.pool2.impl.GenericObjectPoolConfig;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.data.redis.connection.RedisStandaloneConfiguration;
import org.springframework.data.redis.connection.jedis.JedisClientConfiguration;
import org.springframework.data.redis.connection.jedis.JedisConnectionFactory;

class JedisRedisLookupTest {

  /** Longer than the test waits for the second connection. */
  private static final Duration TIMEOUT = Duration.ofMinutes(1);

  private static final int PATIENCE_MILLIS = 10_000;

  /** Negative: without a limit. */
  @ParameterizedTest
  @ValueSource(ints = {-1, 2})
  void given_a_pool_for_several_connections_then_a_check_does_not_wait_for_the_one_before(
      int maxTotal) throws Exception {
    try (ServerSocket silent = new ServerSocket(0, 10, InetAddress.getLoopbackAddress());
        JedisRedisLookup lookup =
            JedisRedisLookup.of(application(silent.getLocalPort(), maxTotal), TIMEOUT)) {
      silent.setSoTimeout(PATIENCE_MILLIS);

      lookup.getAsync(List.of("a"));
      lookup.getAsync(List.of("b"));

      try (Socket first = silent.accept();
          Socket second = silent.accept()) {
        assertThat(first.isConnected() && second.isConnected()).isTrue();
      }
    }
  }

  private static JedisConnectionFactory application(int port, int maxTotal) {
    GenericObjectPoolConfig<?> pool = new GenericObjectPoolConfig<>();
    pool.setMaxTotal(maxTotal);
    return new JedisConnectionFactory(
        new RedisStandaloneConfiguration("127.0.0.1", port),
        JedisClientConfiguration.builder().usePooling().poolConfig(pool).build());
  }
}
