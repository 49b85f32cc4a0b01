package dev.tokenguard.it.cluster;

import static dev.tokenguard.it.Tokens.assertRefused;
import static dev.tokenguard.it.Tokens.assertRefusedByKeycloak;
import static dev.tokenguard.it.Tokens.generation;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tokenguard.checker.RevocationChecker;
import dev.tokenguard.checker.RevocationChecker.WhenUnavailable;
import dev.tokenguard.faults.FaultRealm;
import dev.tokenguard.faults.Scenario;
import dev.tokenguard.it.Lab;
import dev.tokenguard.it.Tokens;
import dev.tokenguard.testbed.Await;
import dev.tokenguard.testbed.ServerLogsOnFailure;
import dev.tokenguard.testbed.TestLength;
import dev.tokenguard.testbed.client.Answer;
import dev.tokenguard.testbed.client.OidcClient;
import dev.tokenguard.testbed.keycloak.KeycloakServer;
import dev.tokenguard.testbed.keycloak.KeycloakSettings;
import dev.tokenguard.testbed.process.LoopbackPort;
import dev.tokenguard.testbed.redis.ClusterServers;
import dev.tokenguard.testbed.redis.RedisServer;
import dev.tokenguard.testbed.redis.SentinelServers;
import dev.tokenguard.testbed.redis.TestCertificates;
import java.net.URL;
import java.time.Duration;
import java.util.Arrays;
import java.util.function.Function;
import java.util.function.Supplier;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import redis.clients.jedis.RedisClient;

/** What users and resource servers see with each topology, and during a failover. */
@Tag(TestLength.FULL)
class TopologyIT {

  @RegisterExtension static final ServerLogsOnFailure LOGS = new ServerLogsOnFailure();

  private static final Duration PATIENCE = Duration.ofSeconds(60);

  /**
   * Sentinels notice a failed master after one second and nodes of a Cluster after two; both hold
   * another election after eight to ten seconds if the first one has no winner, as on a busy
   * machine.
   */
  private static final Duration FAILOVER = Duration.ofSeconds(20);

  private static final String OPTION = Lab.CONNECTION;
  private static final String URL = OPTION + "url";

  /** A Keycloak with these options, name, value, name, value, …, built like the shared one. */
  private static KeycloakServer start(String... options) {
    KeycloakSettings.Builder builder =
        KeycloakServer.guarded()
            .realm(Lab.realmFile())
            .option("log-level", "INFO,dev.tokenguard:debug")
            .option(Lab.CONNECTION + "read-timeout", "4000");
    for (int index = 0; index < options.length; index += 2) {
      builder.option(options[index], options[index + 1]);
    }
    KeycloakServer keycloak = builder.start();
    LOGS.watch(keycloak.log());
    return keycloak;
  }

  private static OidcClient client(KeycloakServer keycloak, String id) {
    return OidcClient.of(keycloak.baseUri(), "demo", id);
  }

  private static Answer logIn(OidcClient client) {
    return client.login("alice", "demo").orFail();
  }

  /** Rotation, a reuse that is detected, and a logout that reaches resource servers. */
  private static void assertGuards(KeycloakServer keycloak, Function<String, String> reading) {
    OidcClient strict = client(keycloak, "demo-strict");
    Answer login = logIn(strict);
    Answer next = strict.refresh(login.refreshToken()).orFail();
    assertThat(generation(next)).isEqualTo(1);
    assertThat(isAccepted(next, reading)).isTrue();

    assertRefused(strict.refresh(login.refreshToken()));

    assertRefusedByKeycloak(strict.refresh(next.refreshToken()));
    assertThat(isAccepted(next, reading)).isFalse();
    Answer other = logIn(strict);
    assertThat(isAccepted(other, reading)).isTrue();
    strict.logout(other.refreshToken()).orFail();
    assertThat(isAccepted(other, reading)).isFalse();
  }

  /** As a resource server reads a Cluster: key by key. */
  private static boolean isAccepted(Answer answer, Function<String, String> reading) {
    // Not a stream's list, which refuses null.
    return RevocationChecker.of(
            keys -> Arrays.asList(keys.stream().map(reading).toArray(String[]::new)),
            WhenUnavailable.REFUSE)
        .check(Tokens.claims(answer))
        .isAccepted();
  }

  /** Writes that the replica has not received yet are lost, which logs no honest client out. */
  private static void assertFailsOver(
      FaultRealm realm, KeycloakServer keycloak, Supplier<RedisServer> master) {
    Scenario.in(realm)
        .withDataLoss()
        .recoveringWithin(FAILOVER)
        .run(() -> master.get().stop(), () -> {}, () -> {});
    assertThat(keycloak.log().text()).contains("Redis is unavailable", "Redis is available again");
  }

  @Test
  void given_sentinels_then_the_realm_is_guarded_and_a_failover_is_followed() {
    try (SentinelServers servers = SentinelServers.start();
        KeycloakServer keycloak =
            start(
                URL,
                servers.uri(),
                OPTION + "topology",
                "sentinel",
                OPTION + "sentinel-master",
                SentinelServers.MASTER_NAME,
                OPTION + "sentinel-password",
                SentinelServers.PASSWORD,
                OPTION + "password",
                SentinelServers.PASSWORD)) {
      assertGuards(keycloak, key -> servers.master().execute(jedis -> jedis.get(key)));
      FaultRealm realm =
          new FaultRealm(key -> servers.master().execute(jedis -> jedis.ttl(key) > 0), keycloak);
      assertFailsOver(realm, keycloak, servers::master);
    }
  }

  @Test
  void given_a_cluster_then_the_realm_is_guarded_and_a_failed_master_is_replaced() {
    try (ClusterServers servers = ClusterServers.start();
        KeycloakServer keycloak =
            start(
                URL,
                servers.uri(),
                OPTION + "topology",
                "cluster",
                OPTION + "password",
                ClusterServers.PASSWORD)) {
      assertGuards(keycloak, key -> servers.masterOf(key).execute(jedis -> jedis.get(key)));
      FaultRealm realm =
          new FaultRealm(
              key -> servers.masterOf(key).execute(jedis -> jedis.ttl(key) > 0), keycloak);
      String alice = realm.admin().userId("alice");
      assertFailsOver(realm, keycloak, () -> servers.masterOf("tg:u:{" + alice + "}"));
    }
  }

  /** The CA is in Keycloak's own truststore here. */
  @Test
  void given_tls_and_a_redis_that_is_not_there_yet_then_the_realm_is_guarded_once_it_is() {
    int port = LoopbackPort.free();
    try (TestCertificates certificates =
            TestCertificates.create().issue("redis", "ip:127.0.0.1").issue("keycloak");
        KeycloakServer keycloak =
            start(
                URL,
                "rediss://127.0.0.1:" + port,
                "truststore-paths",
                certificates.ca().toString(),
                OPTION + "tls-certificate-file",
                certificates.certificate("keycloak").toString(),
                OPTION + "tls-key-file",
                certificates.key("keycloak").toString())) {
      OidcClient strict = client(keycloak, "demo-strict");
      assertThat(strict.refresh(logIn(strict).refreshToken()).status()).isEqualTo(503);
      try (RedisServer redis = RedisServer.start(certificates.redisArguments(port));
          RedisClient owner = RedisClient.create("127.0.0.1", redis.port())) {
        Await.until(
            "refreshes", PATIENCE, () -> strict.refresh(logIn(strict).refreshToken()).isOk());
        assertGuards(keycloak, owner::get);
      }
    }
  }
}
