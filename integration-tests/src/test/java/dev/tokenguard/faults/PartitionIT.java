package dev.tokenguard.faults;

import static dev.tokenguard.faults.FaultRealm.DENY;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.abort;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.tokenguard.it.cluster.TwoNodes;
import dev.tokenguard.testbed.ServerLogsOnFailure;
import dev.tokenguard.testbed.TestLength;
import dev.tokenguard.testbed.client.Answer;
import dev.tokenguard.testbed.client.OidcClient;
import dev.tokenguard.testbed.keycloak.KeycloakServer;
import dev.tokenguard.testbed.server.PostgresServer;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Of two nodes behind a load balancer, one loses its connection to Redis, or its clock jumps; all
 * timeouts have their defaults.
 */
@Tag(TestLength.FULL)
final class PartitionIT {

  @RegisterExtension static final ServerLogsOnFailure LOGS = new ServerLogsOnFailure();

  private static TwoNodes cluster;
  private static KeycloakServer connected;
  private static KeycloakServer cutOff;
  private static FaultRealm realm;

  @BeforeAll
  static void start() {
    try {
      cluster = new TwoNodes(Map.of(), Map.of());
    } catch (PostgresServer.UnavailableException unavailable) {
      abort(unavailable.getMessage());
    }
    connected = cluster.stable();
    cutOff = cluster.faulty();
    LOGS.watch(connected.log());
    LOGS.watch(cutOff.log());
    realm = new FaultRealm(key -> cluster.secondsToLive(key) > 0, connected, cutOff);
  }

  @AfterAll
  static void stop() throws IOException {
    if (cluster != null) {
      cluster.close();
    }
  }

  @Test
  void given_one_node_is_cut_off_from_redis_then_it_postpones_and_the_other_serves_its_clients() {
    double notSent = notSent(connected);
    Scenario scenario =
        Scenario.in(realm)
            .run(
                cluster.network()::swallowAll,
                PartitionIT::assertThatTheOtherServes,
                cluster.network()::heal);
    assertThat(scenario.postponed()).isPositive();
    assertThat(cutOff.log().text())
        .contains("Redis is unavailable", "Redis is available again after ");
    assertThat(notSent(cutOff)).isPositive();
    if (scenario.standstills() == 0) {
      assertThat(notSent(connected)).as("its breaker was never open").isEqualTo(notSent);
    }
  }

  /** Shorter than the lifespan of an access token: a node refuses expired tokens by its clock. */
  @ParameterizedTest
  @ValueSource(strings = {"PT5M", "PT-5M"})
  void given_the_clock_of_one_node_jumps_then_clients_are_served(Duration jump) {
    assumeTrue(cluster.clock().isPresent(), "libfaketime is not installed (Debian: libfaketime)");
    Scenario.in(realm)
        .run(
            () -> cluster.clock().get().set(jump),
            () -> {},
            () -> cluster.clock().get().set(Duration.ZERO))
        .assertFewPostponed();
  }

  private static double notSent(KeycloakServer node) {
    return node.metric(
        "token_guard_redis_failures_total{failure=\"not-permitted\",operation=\"rotate\"}");
  }

  /** What one node postpones the other grants, for the same token. */
  private static void assertThatTheOtherServes() {
    List<OidcClient> nodes = realm.clients(DENY);
    Answer login = nodes.get(1).login("alice", FaultRealm.PASSWORD).orFail();
    Answer postponed = nodes.get(1).refresh(login.refreshToken());
    assertThat(postponed.status()).isEqualTo(503);
    assertThat(postponed.error()).isEqualTo("temporarily_unavailable");
    TokenClient retry = new TokenClient(new Ledger(), "retry", nodes.subList(0, 1), login);
    assertThat(retry.refreshUntilDecided().status()).isEqualTo(200);
  }
}
