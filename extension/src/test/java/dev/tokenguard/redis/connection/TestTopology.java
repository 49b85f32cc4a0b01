package dev.tokenguard.redis.connection;

import dev.tokenguard.redis.RecordedTelemetry;
import dev.tokenguard.redis.TestRedis;
import dev.tokenguard.testbed.process.LoopbackPort;
import dev.tokenguard.testbed.redis.ClusterServers;
import dev.tokenguard.testbed.redis.RedisServer;
import dev.tokenguard.testbed.redis.SentinelServers;
import dev.tokenguard.testbed.redis.TestCertificates;
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
 * Keycloak opens it, by the ACL user of the documentation.
 */
enum TestTopology {
  /** One Redis that accepts TLS only, with certificates on both sides. */
  SECURED(TestTopology::startSecured),
  SENTINEL(TestTopology::startSentinels),
  CLUSTER(TestTopology::startCluster);

  /**
   * @param owner reads what is stored
   */
  private record Servers(String settings, UnifiedJedis owner) {}

  private final Supplier<Servers> start;
  private Servers servers;
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
        "%s url=rediss://127.0.0.1:%d tls-ca-file=%s tls-certificate-file=%s tls-key-file=%s"
            .formatted(
                DocumentedUser.SETTINGS,
                port,
                certificates.ca(),
                certificates.certificate("keycloak"),
                certificates.key("keycloak")),
        RedisClient.create("127.0.0.1", server.port()));
  }

  private static Servers startSentinels() {
    SentinelServers servers = SentinelServers.startWithoutFailover();
    servers.servers().forEach(server -> server.execute(DocumentedUser::create));
    return new Servers(
        "%s url=%s topology=sentinel sentinel-master=%s sentinel-password=%s"
            .formatted(
                DocumentedUser.SETTINGS,
                servers.uri(),
                SentinelServers.MASTER_NAME,
                SentinelServers.PASSWORD),
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
        "%s url=%s topology=cluster".formatted(DocumentedUser.SETTINGS, servers.uri()),
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

  private synchronized Servers servers() {
    if (servers == null) {
      servers = start.get();
      redis = Redis.open(TestRedis.settings(settings()), new RecordedTelemetry());
    }
    return servers;
  }

  /** As in {@link TestRedis#settings}. */
  String settings() {
    return TestRedis.PATIENT + " " + servers().settings();
  }

  /** A client to look at what is stored. */
  UnifiedJedis owner() {
    return servers().owner();
  }

  /** One connection as Keycloak opens it, for all tests. */
  Redis redis() {
    servers();
    return redis;
  }
}
