package dev.tokenguard.checker.redis;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tokenguard.checker.AsyncRevocationChecker.AsyncLookup;
import dev.tokenguard.checker.RevocationChecker;
import dev.tokenguard.checker.RevocationChecker.Lookup;
import dev.tokenguard.checker.RevocationChecker.WhenUnavailable;
import dev.tokenguard.checker.TokenClaims;
import dev.tokenguard.checker.Verdict;
import dev.tokenguard.checker.Verdict.Active;
import dev.tokenguard.checker.Verdict.Revoked;
import dev.tokenguard.checker.Verdict.Scope;
import dev.tokenguard.checker.Verdict.Unknown;
import dev.tokenguard.checker.jedis.JedisLookup;
import dev.tokenguard.checker.lettuce.LettuceLookup;
import dev.tokenguard.testbed.Await;
import dev.tokenguard.testbed.TestLength;
import dev.tokenguard.testbed.redis.ClusterServers;
import dev.tokenguard.testbed.redis.RedisServer;
import dev.tokenguard.testbed.server.TcpProxy;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.cluster.RedisClusterClient;
import io.lettuce.core.resource.ClientResources;
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

  private static final Duration TIMEOUT = Duration.ofMillis(500);
  private static final Duration PATIENCE = Duration.ofSeconds(10);
  private static final long ISSUED_AT = 1_800_000_000;
  private static final TokenClaims CLAIMS =
      TokenClaims.of(Map.of("jti", "token", "sid", "session", "sub", "user", "iat", ISSUED_AT));

  /** Of docs/resource-servers.md. */
  private static final String CLUSTER_RULES = "+cluster|slots +cluster|nodes +cluster|myid +info";

  private static final ClientResources resources =
      ClientResources.builder().reconnectDelay(LettuceLookup.reconnectDelay()).build();

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
  static void start() throws Exception {
    server = RedisServer.start();
    network = new TcpProxy(server.port());
    jedis =
        redis.clients.jedis.RedisClient.builder()
            .hostAndPort("127.0.0.1", network.port())
            .clientConfig(jedisConfig().build())
            .build();
    lettuce = RedisClient.create(resources, RedisURI.create("127.0.0.1", network.port()));
    lettuce.setOptions(LettuceLookup.options(TIMEOUT));
    LettuceLookup byLettuce = LettuceLookup.of(lettuce.connect());
    standalone =
        List.of(
            new Client("Jedis", JedisLookup.of(jedis)),
            new Client("Lettuce", byLettuce),
            new Client("Lettuce, asynchronous", blocking(byLettuce)));

    cluster = ClusterServers.start();
    for (RedisServer node : cluster.servers()) {
      DocumentedUser.create(node, CLUSTER_RULES);
    }
    ConnectionPoolConfig pool = new ConnectionPoolConfig();
    pool.setMaxWait(TIMEOUT);
    jedisCluster =
        redis.clients.jedis.RedisClusterClient.builder()
            .nodes(
                cluster.servers().stream()
                    .map(node -> new HostAndPort("127.0.0.1", node.port()))
                    .collect(Collectors.toSet()))
            .clientConfig(jedisConfig().user("api").password("secret").build())
            .poolConfig(pool)
            .topologyRefreshPeriod(Duration.ofSeconds(1))
            .build();
    lettuceCluster =
        RedisClusterClient.create(
            resources,
            cluster.servers().stream()
                .map(
                    node ->
                        RedisURI.builder()
                            .withHost("127.0.0.1")
                            .withPort(node.port())
                            .withAuthentication("api", "secret".toCharArray())
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
    resources.shutdown();
    cluster.close();
  }

  @BeforeEach
  void empty() {
    server.execute(Jedis::flushAll);
    for (RedisServer master : cluster.masters()) {
      master.execute(Jedis::flushAll);
    }
    // Of the test before: the end of an outage resets the connections of all clients, and Jedis may
    // have read where a slot was for a moment.
    standalone.forEach(LookupTest::awaitActive);
    onCluster.forEach(LookupTest::awaitActive);
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

  /** Lettuce reports an error at once, Jedis for each connection of its pool. */
  @ParameterizedTest
  @MethodSource("standalone")
  void given_an_outage_then_the_verdict_is_unknown_in_time_and_known_after_it(Client client) {
    assertThat(check(client)).isEqualTo(new Active());
    network.reset();
    assertUnknownInTime(client);
    network.heal();
    awaitActive(client);

    network.swallowAll();
    assertUnknownInTime(client);
    network.heal();
    awaitActive(client);
  }

  private static void assertUnknownInTime(Client client) {
    for (int request = 0; request < 3; request++) {
      long begin = System.nanoTime();
      assertThat(check(client)).isInstanceOf(Unknown.class);
      assertThat(Duration.ofNanos(System.nanoTime() - begin))
          .isLessThan(TestLength.limit(TIMEOUT.multipliedBy(4)));
    }
  }

  private static void awaitActive(Client client) {
    Await.until("recovery", PATIENCE, () -> check(client) instanceof Active);
  }

  @ParameterizedTest
  @MethodSource("onCluster")
  void given_a_cluster_then_the_keys_are_read_from_all_its_nodes(Client client) {
    for (int id = 0; id < 50; id++) {
      TokenClaims token =
          TokenClaims.of(
              Map.of("jti", "t" + id, "sid", "s" + id, "sub", "u" + id, "iat", ISSUED_AT));
      RevocationChecker checker = RevocationChecker.of(client.lookup, WhenUnavailable.REFUSE);
      assertThat(checker.check(token)).isEqualTo(new Active());
      String key = List.of("tg:at:t", "tg:sid:s", "tg:sub:u").get(id % 3) + id;
      cluster.masterOf(key).execute(it -> it.set(key, ISSUED_AT + 1 + " x"));
      assertThat(checker.check(token)).as(key).isInstanceOf(Revoked.class);
    }
  }

  @ParameterizedTest
  @MethodSource("onCluster")
  void given_a_cluster_without_one_of_its_nodes_then_the_keys_of_others_can_revoke(Client client) {
    assertThat(check(client)).isEqualTo(new Active());
    RedisServer paused = cluster.masterOf("tg:at:token");
    RedisServer other = cluster.masterOf("tg:sub:user");
    assertThat(other.port()).isNotEqualTo(paused.port());
    paused.pause();
    try {
      assertThat(check(client)).isInstanceOf(Unknown.class);
      other.execute(it -> it.set("tg:sub:user", ISSUED_AT + 1 + ""));
      assertThat(check(client)).isInstanceOf(Revoked.class);
    } finally {
      paused.resume();
    }
    other.execute(it -> it.del("tg:sub:user"));
    cluster.awaitWhole();
    awaitActive(client);
  }

  @ParameterizedTest
  @MethodSource("onCluster")
  void given_a_slot_that_has_moved_then_its_keys_are_found(Client client) {
    assertThat(check(client)).isEqualTo(new Active());
    RedisServer from = cluster.masterOf("tg:at:token");
    RedisServer to =
        cluster.masters().stream().filter(it -> it.port() != from.port()).findFirst().orElseThrow();
    moveSlot("tg:at:token", from, to);
    to.execute(it -> it.set("tg:at:token", "x"));
    Await.until("the slot", PATIENCE, () -> check(client) instanceof Revoked);
    to.execute(it -> it.del("tg:at:token"));
    moveSlot("tg:at:token", to, from);
    awaitActive(client);
  }

  private static void moveSlot(String key, RedisServer from, RedisServer to) {
    String id = to.execute(Jedis::clusterMyId);
    String former = from.execute(Jedis::clusterMyId);
    int slot = (int) (long) to.execute(it -> it.clusterKeySlot(key));
    // An import gives the new owner the highest epoch, so that all nodes accept it.
    to.execute(it -> it.clusterSetSlotImporting(slot, former));
    to.execute(it -> it.clusterSetSlotNode(slot, id));
    from.execute(it -> it.clusterSetSlotNode(slot, id));
  }
}
