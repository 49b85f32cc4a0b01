package dev.tokenguard.faults;

import static dev.tokenguard.faults.FaultLab.DENY;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.abort;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.tokenguard.testbed.ServerLogsOnFailure;
import dev.tokenguard.testbed.TestLength;
import dev.tokenguard.testbed.client.Answer;
import dev.tokenguard.testbed.client.OidcClient;
import dev.tokenguard.testbed.keycloak.GuardedKeycloak;
import dev.tokenguard.testbed.keycloak.KeycloakServer;
import dev.tokenguard.testbed.keycloak.KeycloakSettings;
import dev.tokenguard.testbed.keycloak.Meters;
import dev.tokenguard.testbed.postgres.PostgresServer;
import dev.tokenguard.testbed.postgres.PostgresUnavailableException;
import dev.tokenguard.testbed.process.WallClock;
import dev.tokenguard.testbed.proxy.TcpProxy;
import dev.tokenguard.testbed.redis.RedisServer;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import redis.clients.jedis.RedisClient;

/**
 * Of two nodes behind one address, one loses its line to Redis, or its clock; clients come to both
 * by turns.
 */
@Tag(TestLength.FULL)
final class PartitionIT {

  @RegisterExtension static final ServerLogsOnFailure LOGS = new ServerLogsOnFailure();

  /** Shorter than an access token lives: what has expired by its clock a node refuses rightly. */
  private static final Duration JUMP = Duration.ofMinutes(5);

  private static PostgresServer postgres;
  private static Optional<WallClock> clock;
  private static RedisServer redis;
  private static TcpProxy line;
  private static KeycloakServer linked;
  private static KeycloakServer cutOff;
  private static FaultLab lab;

  @BeforeAll
  static void start() {
    try {
      postgres = PostgresServer.start(Map.of());
    } catch (PostgresUnavailableException unavailable) {
      abort(unavailable.getMessage());
    }
    clock = WallClock.create();
    redis = RedisServer.start();
    line = new TcpProxy(redis.port());
    linked = node(redis.port()).realm(Path.of(System.getProperty("demo.realm"))).start();
    KeycloakSettings.Builder other =
        node(line.port()).option("hostname", linked.baseUri().toString());
    clock.ifPresent(it -> it.environment().forEach(other::environment));
    cutOff = other.start();
    LOGS.watch(linked.log());
    LOGS.watch(cutOff.log());
    lab = FaultLab.in(PartitionIT::redisHolds, linked, cutOff);
  }

  private static KeycloakSettings.Builder node(int redisPort) {
    return GuardedKeycloak.nodeOn(postgres.database())
        .option("spi-redis-connection--jedis--url", "redis://127.0.0.1:" + redisPort);
  }

  private static boolean redisHolds(String key) {
    try (RedisClient client = RedisClient.create("127.0.0.1", redis.port())) {
      return client.ttl(key) > 0;
    }
  }

  @AfterAll
  static void stop() throws IOException {
    if (postgres == null) {
      return;
    }
    cutOff.close();
    linked.close();
    line.close();
    redis.close();
    postgres.close();
    clock.ifPresent(WallClock::close);
  }

  @Test
  void given_one_node_is_cut_off_from_redis_then_it_postpones_and_the_other_serves_its_clients() {
    double notSent = notSent(linked);
    Outcome outcome =
        Story.in(lab).play(line::swallowAll, PartitionIT::assertThatTheOtherServes, line::heal);
    assertThat(outcome.guarded().count(503)).isPositive();
    assertThat(cutOff.log().text())
        .contains("Redis does not answer as it should", "Redis answers again after ");
    assertThat(notSent(cutOff)).isPositive();
    if (outcome.standstills() == 0) {
      assertThat(notSent(linked)).as("its breaker was never open").isEqualTo(notSent);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"ahead", "behind"})
  void given_the_clock_of_one_node_jumps_then_its_clients_do_not_notice(String direction) {
    assumeTrue(clock.isPresent(), "libfaketime is not installed (Debian: libfaketime)");
    Duration jump = direction.equals("ahead") ? JUMP : JUMP.negated();
    Outcome outcome =
        Story.in(lab)
            .play(() -> clock.get().set(jump), () -> {}, () -> clock.get().set(Duration.ZERO));
    TestLength.assertTime(outcome::assertHardlyAnythingWasPostponed);
  }

  private static double notSent(KeycloakServer node) {
    return new Meters(node)
        .value("token_guard_redis_failures_total{failure=\"not-permitted\",operation=\"rotate\"}");
  }

  /** What the one postpones the other grants, by the same token. */
  private static void assertThatTheOtherServes() {
    List<OidcClient> nodes = lab.clients(DENY);
    Answer login = nodes.get(1).login("alice", FaultLab.PASSWORD).orFail();
    Answer postponed = nodes.get(1).refresh(login.refreshToken());
    assertThat(postponed.status()).isEqualTo(503);
    assertThat(postponed.error()).isEqualTo("temporarily_unavailable");
    App elsewhere = new App(new Ledger(), "elsewhere", nodes.subList(0, 1), login);
    assertThat(elsewhere.refreshUntilDecided().status()).isEqualTo(200);
  }
}
