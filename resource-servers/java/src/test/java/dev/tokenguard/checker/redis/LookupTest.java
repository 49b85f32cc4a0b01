package dev.tokenguard.checker.redis;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tokenguard.checker.AsyncRevocationChecker.AsyncLookup;
import dev.tokenguard.checker.RevocationChecker;
import dev.tokenguard.checker.RevocationChecker.Lookup;
import dev.tokenguard.checker.RevocationChecker.WhenUnavailable;
import dev.tokenguard.checker.TokenClaims;
import dev.tokenguard.checker.Verdict;
import dev.tokenguard.checker.Verdict.Revoked;
import dev.tokenguard.checker.Verdict.Scope;
import dev.tokenguard.checker.Verdict.Unknown;
import dev.tokenguard.checker.jedis.JedisLookup;
import dev.tokenguard.checker.lettuce.LettuceLookup;
import dev.tokenguard.testbed.redis.ClusterServers;
import dev.tokenguard.testbed.redis.RedisServer;
import dev.tokenguard.testbed.server.TcpProxy;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.cluster.RedisClusterClient;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import redis.clients.jedis.ConnectionPoolConfig;
import redis.clients.jedis.DefaultJedisClientConfig;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.Jedis;

/**
 * What the adapters read, and how long they wait, with real servers behind a network that fails.
 */
final class LookupTest {

  private static final Duration TIMEOUT = Duration.ofMillis(100);
  private static final Duration PATIENCE = Duration.ofSeconds(10);
  private static final long ISSUED_AT = 1_800_000_000;
  private static final TokenClaims CLAIMS =
      TokenClaims.of(Map.of("jti", "token", "sid", "session", "sub", "user", "iat", ISSUED_AT));

  private static RedisServer server;
  private static TcpProxy network;
  private static redis.clients.jedis.RedisClient jedis;
  private static RedisClient lettuce;

  private static ClusterServers cluster;
  private static redis.clients.jedis.RedisClusterClient jedisCluster;
  private static RedisClusterClient lettuceCluster;

  /** A name, and what it reads with. */
  record Client(String name, Lookup lookup) {
    @Override
    public String toString() {
      return name;
    }
  }

  private static List<Client> standalone;
  private static List<Client> onCluster;

  @BeforeAll
  static void start() {
    server = RedisServer.start();
    network = new TcpProxy(server.port());
    jedis =
        redis.clients.jedis.RedisClient.builder()
            .hostAndPort("127.0.0.1", network.port())
            .clientConfig(jedisConfig().build())
            .build();
    lettuce = RedisClient.create(RedisURI.create("127.0.0.1", network.port()));
    lettuce.setOptions(LettuceLookup.options(TIMEOUT));
    LettuceLookup byLettuce = LettuceLookup.of(lettuce.connect());
    standalone =
        List.of(
            new Client("Jedis", JedisLookup.of(jedis)),
            new Client("Lettuce", byLettuce),
            new Client("Lettuce, asynchronous", blocking(byLettuce)));

    cluster = ClusterServers.start();
    ConnectionPoolConfig pool = new ConnectionPoolConfig();
    pool.setMaxWait(TIMEOUT);
    jedisCluster =
        redis.clients.jedis.RedisClusterClient.builder()
            .nodes(
                cluster.servers().stream()
                    .map(node -> new HostAndPort("127.0.0.1", node.port()))
                    .collect(Collectors.toSet()))
            .clientConfig(jedisConfig().password(ClusterServers.PASSWORD).build())
            .poolConfig(pool)
            .topologyRefreshPeriod(Duration.ofSeconds(1))
            .build();
    lettuceCluster =
        RedisClusterClient.create(
            cluster.servers().stream()
                .map(
                    node ->
                        RedisURI.builder()
                            .withHost("127.0.0.1")
                            .withPort(node.port())
                            .withPassword(ClusterServers.PASSWORD.toCharArray())
                            .build())
                .toList());
    lettuceCluster.setOptions(LettuceLookup.clusterOptions(TIMEOUT));
    LettuceLookup byLettuceCluster = LettuceLookup.of(lettuceCluster.connect());
    onCluster =
        List.of(
            new Client("Jedis", JedisLookup.of(jedisCluster)),
            new Client("Lettuce", byLettuceCluster),
            new Client("Lettuce, asynchronous", blocking(byLettuceCluster)));
  }

  private static DefaultJedisClientConfig.Builder jedisConfig() {
    return DefaultJedisClientConfig.builder()
        .connectionTimeoutMillis((int) TIMEOUT.toMillis())
        .socketTimeoutMillis((int) TIMEOUT.toMillis());
  }

  private static Lookup blocking(AsyncLookup lookup) {
    return keys -> {
      try {
        return lookup.getAsync(keys).toCompletableFuture().get();
      } catch (ExecutionException failed) {
        throw (Exception) failed.getCause();
      }
    };
  }

  @AfterAll
  static void stop() throws Exception {
    jedis.close();
    lettuce.shutdown();
    network.close();
    server.close();
    jedisCluster.close();
    lettuceCluster.shutdown();
    cluster.close();
  }

  @BeforeEach
  void empty() {
    server.execute(Jedis::flushAll);
    for (RedisServer master : cluster.masters()) {
      master.execute(Jedis::flushAll);
    }
  }

  static List<Client> standalone() {
    return standalone;
  }

  static List<Client> onCluster() {
    return onCluster;
  }

  private static Verdict check(Client client) {
    return RevocationChecker.of(client.lookup, WhenUnavailable.REFUSE).check(CLAIMS);
  }

  @ParameterizedTest
  @MethodSource("standalone")
  void given_values_then_they_are_read_in_order(Client client) throws Exception {
    server.execute(it -> it.set("b", "ü\r\n"));
    server.execute(it -> it.set("c", ""));
    assertThat(client.lookup.get(List.of("a", "b", "c"))).containsExactly(null, "ü\r\n", "");
    assertThat(client.lookup.get(List.of("b"))).containsExactly("ü\r\n");
  }

  @ParameterizedTest
  @MethodSource("standalone")
  void given_an_entry_of_another_type_then_the_verdict_is_unknown_unless_another_key_revokes(
      Client client) {
    for (String key : List.of("tg:at:token", "tg:sid:session", "tg:sub:user")) {
      server.execute(it -> it.rpush(key, "x"));
      assertThat(check(client)).as(key).isInstanceOf(Unknown.class);
      server.execute(Jedis::flushAll);
    }
    server.execute(it -> it.rpush("tg:at:token", "x"));
    server.execute(it -> it.set("tg:sid:session", ISSUED_AT + " logout"));
    assertThat(check(client)).isEqualTo(new Revoked(Scope.SESSION, "logout"));
  }
}
