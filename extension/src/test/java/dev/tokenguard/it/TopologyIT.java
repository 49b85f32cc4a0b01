package dev.tokenguard.it;

import static dev.tokenguard.it.Family.assertRefused;
import static dev.tokenguard.it.Family.assertRefusedByKeycloak;
import static dev.tokenguard.it.Family.generation;
import static dev.tokenguard.testbed.redis.ClusterServers.on;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.tokenguard.checker.RevocationChecker;
import dev.tokenguard.checker.TokenClaims;
import dev.tokenguard.checker.WhenUnavailable;
import dev.tokenguard.faults.FaultLab;
import dev.tokenguard.faults.Promise;
import dev.tokenguard.faults.Story;
import dev.tokenguard.testbed.Await;
import dev.tokenguard.testbed.client.Answer;
import dev.tokenguard.testbed.client.Jwt;
import dev.tokenguard.testbed.client.OidcClient;
import dev.tokenguard.testbed.keycloak.GuardedKeycloak;
import dev.tokenguard.testbed.keycloak.KeycloakServer;
import dev.tokenguard.testbed.keycloak.KeycloakSettings;
import dev.tokenguard.testbed.process.LoopbackPort;
import dev.tokenguard.testbed.redis.ClusterServers;
import dev.tokenguard.testbed.redis.RedisServer;
import dev.tokenguard.testbed.redis.SentinelServers;
import dev.tokenguard.testbed.redis.TestCertificates;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import redis.clients.jedis.RedisClient;

/**
 * The shaded JAR with each topology: what a user and a resource server see, a failover included.
 */
class TopologyIT extends LabTest {

  private static final Duration PATIENCE = Duration.ofSeconds(60);

  /**
   * So long may a failover take, from three seconds after the master's end on. The Sentinels notice
   * it after a second and the nodes of the Cluster after two; either hold another election after
   * eight to ten seconds if the first one has no winner, as on a busy machine.
   */
  private static final Duration FAILOVER = Duration.ofSeconds(20);

  private static final String OPTION = "spi-redis-connection--jedis--";

  /** A Keycloak whose connection has these options, built like the shared one. */
  private static KeycloakServer start(Map<String, String> options) {
    KeycloakSettings.Builder builder =
        GuardedKeycloak.builder()
            .realm(Lab.realmFile())
            .option("log-level", "INFO,dev.tokenguard:debug");
    Map<String, String> all = new LinkedHashMap<>(options);
    all.putIfAbsent(OPTION + "read-timeout", "4000");
    all.forEach(builder::option);
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

  /** Rotation, a replay that is caught, and a logout that a resource server learns of. */
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

  /** As a resource server on a Cluster asks: key by key. */
  private static boolean isAccepted(Answer answer, Function<String, String> reading) {
    Map<String, Object> claims =
        new ObjectMapper().convertValue(Jwt.claims(answer.accessToken()), new TypeReference<>() {});
    return RevocationChecker.of(
            keys -> {
              List<String> values = new ArrayList<>();
              keys.forEach(key -> values.add(reading.apply(key)));
              return values;
            },
            WhenUnavailable.REFUSE)
        .check(TokenClaims.of(claims))
        .isAccepted();
  }

  /** Under load. What the replica had not been told yet is lost, which no honest client notices. */
  private static void assertFailsOver(
      FaultLab realm, KeycloakServer keycloak, Supplier<RedisServer> master) {
    Story.in(realm, Promise.OF_ANY_FAULT.withLostLineages().within(FAILOVER))
        .play(() -> master.get().stop(), () -> {}, () -> {});
    assertThat(keycloak.log().text())
        .contains("Redis does not answer as it should", "Redis answers again");
  }

  @Test
  void given_sentinels_then_the_realm_is_guarded_and_a_failover_is_followed() {
    try (SentinelServers servers = SentinelServers.start();
        KeycloakServer keycloak =
            start(
                Map.of(
                    OPTION + "url", servers.uri(),
                    OPTION + "topology", "sentinel",
                    OPTION + "sentinel-master", SentinelServers.MASTER_NAME,
                    OPTION + "sentinel-password", SentinelServers.PASSWORD,
                    OPTION + "password", SentinelServers.PASSWORD))) {
      assertGuards(keycloak, key -> on(servers.master(), jedis -> jedis.get(key)));
      FaultLab realm =
          FaultLab.in(key -> on(servers.master(), jedis -> jedis.ttl(key) > 0), keycloak);
      assertFailsOver(realm, keycloak, servers::master);
    }
  }

  @Test
  void given_a_cluster_then_the_realm_is_guarded_and_a_dead_master_is_replaced() {
    try (ClusterServers servers = ClusterServers.start();
        KeycloakServer keycloak =
            start(
                Map.of(
                    OPTION + "url",
                    servers.uri(),
                    OPTION + "topology",
                    "cluster",
                    OPTION + "password",
                    ClusterServers.PASSWORD))) {
      assertGuards(keycloak, key -> on(servers.masterOf(key), jedis -> jedis.get(key)));
      FaultLab realm =
          FaultLab.in(key -> on(servers.masterOf(key), jedis -> jedis.ttl(key) > 0), keycloak);
      String alice = realm.admin().userId("alice");
      assertFailsOver(realm, keycloak, () -> servers.masterOf("tg:u:{" + alice + "}"));
    }
  }

  /** The CA comes by Keycloak's own truststore here. */
  @Test
  void given_tls_and_a_redis_that_is_not_there_yet_then_the_realm_is_guarded_once_it_is() {
    int port = LoopbackPort.free();
    try (TestCertificates certificates =
            TestCertificates.create().issue("redis", "ip:127.0.0.1").issue("keycloak");
        KeycloakServer keycloak =
            start(
                Map.of(
                    "truststore-paths",
                    certificates.ca().toString(),
                    OPTION + "url",
                    "rediss://127.0.0.1:" + port,
                    OPTION + "tls-certificate-file",
                    certificates.certificate("keycloak").toString(),
                    OPTION + "tls-key-file",
                    certificates.key("keycloak").toString()))) {
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
