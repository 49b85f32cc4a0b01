package dev.tokenguard.redis.connection;

import dev.tokenguard.redis.RecordedTelemetry;
import dev.tokenguard.redis.TestRedis;
import dev.tokenguard.redis.store.ClockedJedis;
import dev.tokenguard.redis.store.RedisIncidentLog;
import dev.tokenguard.redis.store.RedisKeys;
import dev.tokenguard.revocation.IncidentLog;
import dev.tokenguard.rotation.FamilyStore;
import dev.tokenguard.rotation.TestClock;
import dev.tokenguard.testbed.process.LoopbackPort;
import dev.tokenguard.testbed.redis.ClusterServers;
import dev.tokenguard.testbed.redis.RedisServer;
import dev.tokenguard.testbed.redis.SentinelServers;
import dev.tokenguard.testbed.redis.TestCertificates;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import redis.clients.jedis.DefaultJedisClientConfig;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.JedisClientConfig;
import redis.clients.jedis.RedisClient;
import redis.clients.jedis.RedisClusterClient;
import redis.clients.jedis.UnifiedJedis;

/**
 * Real topologies that all tests share. Each is started when it is first used, and opened as
 * Keycloak opens it; all but the first by the ACL user of the documentation.
 */
public enum TestTopology {
  STANDALONE(
      () -> new Servers(Map.of("url", "redis://" + TestRedis.address()), TestRedis.client())),
  /** One Redis that accepts TLS only, with certificates on both sides. */
  SECURED(TestTopology::startSecured),
  SENTINEL(TestTopology::startSentinels),
  CLUSTER(TestTopology::startCluster);

  /**
   * @param owner reads what is stored
   */
  record Servers(Map<String, String> settings, UnifiedJedis owner) {}

  private final Supplier<Servers> start;
  private Servers servers;
  private ClockedJedis clocked;
  private Redis redis;

  TestTopology(Supplier<Servers> start) {
    this.start = start;
  }

  private static Servers startSecured() {
    TestCertificates certificates =
        TestCertificates.create().issue("redis", "ip:127.0.0.1").issue("keycloak");
    int port = LoopbackPort.free();
    RedisServer server = RedisServer.start(certificates.redisArguments(port));
    server.execute(DocumentedUser::create);
    return new Servers(
        DocumentedUser.with(
            Map.of(
                "url",
                "rediss://127.0.0.1:" + port,
                "tls-ca-file",
                certificates.ca().toString(),
                "tls-certificate-file",
                certificates.certificate("keycloak").toString(),
                "tls-key-file",
                certificates.key("keycloak").toString())),
        RedisClient.create("127.0.0.1", server.port()));
  }

  private static Servers startSentinels() {
    SentinelServers servers = SentinelServers.startWithoutFailover();
    servers.servers().forEach(server -> server.execute(DocumentedUser::create));
    return new Servers(
        DocumentedUser.with(
            Map.of(
                "url",
                servers.uri(),
                "topology",
                "sentinel",
                "sentinel-master",
                SentinelServers.MASTER_NAME,
                "sentinel-password",
                SentinelServers.PASSWORD)),
        RedisClient.builder()
            .hostAndPort("127.0.0.1", servers.master().port())
            .clientConfig(ownerConfig())
            .build());
  }

  private static Servers startCluster() {
    // A busy machine would replace a master by itself.
    ClusterServers servers = ClusterServers.start("--cluster-node-timeout", "60000");
    servers.servers().forEach(server -> server.execute(DocumentedUser::create));
    return new Servers(
        DocumentedUser.with(Map.of("url", servers.uri(), "topology", "cluster")),
        RedisClusterClient.builder()
            .nodes(
                servers.servers().stream()
                    .map(it -> new HostAndPort("127.0.0.1", it.port()))
                    .collect(Collectors.toSet()))
            .clientConfig(ownerConfig())
            .build());
  }

  private static JedisClientConfig ownerConfig() {
    return DefaultJedisClientConfig.builder().password(ClusterServers.PASSWORD).resp3().build();
  }

  synchronized Servers servers() {
    if (servers == null) {
      servers = start.get();
      RedisSettings settings = RedisSettings.parse(settings()::get).orElseThrow();
      RedisClients clients = RedisClients.of(settings);
      clocked = new ClockedJedis(clients::client);
      redis = Redis.open(settings, new RecordedTelemetry());
    }
    return servers;
  }

  /** Patient: a busy machine is no fault. */
  Map<String, String> settings() {
    Map<String, String> settings = new HashMap<>(TestRedis.PATIENT);
    settings.putAll(servers().settings());
    return settings;
  }

  /** A client of the owner, to look at what is stored. */
  public UnifiedJedis owner() {
    return servers().owner();
  }

  /** One connection as Keycloak opens it, for all tests. */
  public Redis redis() {
    servers();
    return redis;
  }

  public void flush() {
    owner().flushAll();
  }

  /** An empty store whose scripts go by the test's clock. */
  public FamilyStore emptyStore(TestClock clock) {
    return TestRedis.store(emptyRedis(clock));
  }

  /** An empty log that goes by the test's clock. */
  public IncidentLog emptyIncidentLog(TestClock clock) {
    return new RedisIncidentLog(emptyRedis(clock), new RedisKeys(TestRedis.PREFIX));
  }

  private Redis emptyRedis(TestClock clock) {
    flush();
    clocked.goBy(clock);
    return new Redis(clocked, TestRedis.BREAKER, new RecordedTelemetry());
  }
}
