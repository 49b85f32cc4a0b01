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
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import redis.clients.jedis.DefaultJedisClientConfig;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.RedisClient;
import redis.clients.jedis.RedisClusterClient;
import redis.clients.jedis.UnifiedJedis;

/**
 * Real topologies that all tests of this package share. Each is started when it is first asked for,
 * and opened as Keycloak opens it, by the user of the documentation.
 */
public enum TestTopology {
  STANDALONE {
    @Override
    Servers start() {
      return new Servers(Map.of("url", "redis://" + TestRedis.address()), TestRedis.client());
    }
  },

  /** One Redis that is spoken to by TLS only, with certificates on both sides. */
  SECURED {
    @Override
    Servers start() {
      TestCertificates certificates =
          TestCertificates.create().issue("redis", "ip:127.0.0.1").issue("keycloak");
      int port = LoopbackPort.free();
      RedisServer server = RedisServer.start(certificates.redisArguments(port));
      RedisClient owner = RedisClient.create("127.0.0.1", server.port());
      try (Jedis jedis = new Jedis("127.0.0.1", server.port())) {
        DocumentedUser.create(jedis);
      }
      return new Servers(
          Map.of(
              "url",
              "rediss://127.0.0.1:" + port,
              "tls-ca-file",
              certificates.ca().toString(),
              "tls-certificate-file",
              certificates.certificate("keycloak").toString(),
              "tls-key-file",
              certificates.key("keycloak").toString()),
          owner);
    }
  },

  SENTINEL {
    @Override
    Servers start() {
      SentinelServers servers = SentinelServers.startWithoutFailover();
      servers.servers().forEach(server -> server.execute(DocumentedUser::create));
      return new Servers(
          Map.of(
              "url",
              servers.uri(),
              "topology",
              "sentinel",
              "sentinel-master",
              SentinelServers.MASTER_NAME,
              "sentinel-password",
              SentinelServers.PASSWORD),
          RedisClient.builder()
              .hostAndPort("127.0.0.1", servers.master().port())
              .clientConfig(OWNER)
              .build());
    }
  },

  CLUSTER {
    @Override
    Servers start() {
      // A busy machine would replace a master by itself.
      ClusterServers servers = ClusterServers.start("--cluster-node-timeout", "60000");
      servers.servers().forEach(server -> server.execute(DocumentedUser::create));
      Set<HostAndPort> nodes = new LinkedHashSet<>();
      servers.servers().forEach(it -> nodes.add(new HostAndPort("127.0.0.1", it.port())));
      return new Servers(
          Map.of("url", servers.uri(), "topology", "cluster"),
          RedisClusterClient.builder().nodes(nodes).clientConfig(OWNER).build());
    }
  };

  private static final DefaultJedisClientConfig OWNER =
      DefaultJedisClientConfig.builder().password(ClusterServers.PASSWORD).resp3().build();

  /**
   * @param owner looks at what is stored
   */
  record Servers(Map<String, String> settings, UnifiedJedis owner) {}

  private Servers servers;
  private ClockedJedis clocked;
  private Redis redis;

  abstract Servers start();

  synchronized Servers servers() {
    if (servers == null) {
      servers = start();
      RedisClients clients = RedisClients.of(settings(Map.of()));
      clocked = new ClockedJedis(clients::client);
      redis = open(new RecordedTelemetry());
    }
    return servers;
  }

  public UnifiedJedis owner() {
    return servers().owner();
  }

  /** Patient, unless others are given: a busy machine is no fault. */
  public RedisSettings settings(Map<String, String> others) {
    Map<String, String> all = new HashMap<>();
    for (String timeout : new String[] {"connect-timeout", "read-timeout", "pool-timeout"}) {
      all.put(timeout, "10000");
    }
    all.putAll(servers().settings());
    all.putAll(credentials());
    all.putAll(others);
    return RedisSettings.parse(all::get).orElseThrow();
  }

  Map<String, String> credentials() {
    return this == STANDALONE
        ? Map.of()
        : Map.of("username", DocumentedUser.NAME, "password", DocumentedUser.PASSWORD);
  }

  public Redis open(RedisTelemetry telemetry) {
    return Redis.open(settings(Map.of()), telemetry);
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
