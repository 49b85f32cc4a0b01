package dev.tokenguard.redis.connection;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tokenguard.redis.TestRedis;
import dev.tokenguard.redis.store.RedisHeartbeat;
import dev.tokenguard.redis.store.RedisIncidentLog;
import dev.tokenguard.redis.store.RedisKeys;
import dev.tokenguard.revocation.IncidentLog;
import dev.tokenguard.revocation.IncidentLog.Incident;
import dev.tokenguard.revocation.IncidentLog.Recorded;
import dev.tokenguard.revocation.Revocation;
import dev.tokenguard.revocation.Revocation.Reason;
import dev.tokenguard.revocation.RevocationList;
import dev.tokenguard.revocation.RevocationList.Entry;
import dev.tokenguard.revocation.RevocationTarget.Families;
import dev.tokenguard.rotation.FamilyStore;
import dev.tokenguard.rotation.Login;
import dev.tokenguard.rotation.Policies;
import dev.tokenguard.rotation.RefreshDecision.Outcome;
import dev.tokenguard.rotation.TestClock;
import dev.tokenguard.rotation.TokenFamily;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Each script runs once with Sentinels, on a Cluster, and with TLS, each with the documented ACL
 * user. The rules are tested on a standalone Redis.
 */
@ParameterizedClass
@EnumSource
final class TopologySmokeTest {

  @Parameter TestTopology topology;

  private final RedisKeys keys = new RedisKeys(TestRedis.PREFIX);
  private final TestClock clock = TestClock.started();
  private final Login login = Login.at(clock);

  @BeforeEach
  void flush() {
    topology.owner().flushAll();
  }

  private Outcome presented(FamilyStore store, long generation) {
    return store.rotate(login.refresh(generation, clock), Policies.DEFAULT, it -> false).outcome();
  }

  @Test
  void given_a_topology_then_the_scripts_of_families_run() {
    FamilyStore store = TestRedis.store(topology.redis());
    assertThat(store.begin(login.begin(clock), Policies.DEFAULT)).isEmpty();
    assertThat(presented(store, 0)).isEqualTo(Outcome.ROTATED);
    assertThat(presented(store, 0)).isEqualTo(Outcome.REPLAYED);
    assertThat(presented(store, 1)).isEqualTo(Outcome.ROTATED);
    assertThat(presented(store, 0)).isEqualTo(Outcome.REUSED);
    assertThat(presented(store, 2)).isEqualTo(Outcome.REVOKED);

    store.begin(login.asFamily("another").begin(clock), Policies.DEFAULT);
    Families another = new Families(login.user(), List.of("another"));
    store.revoke(new Revocation(another, 0, clock.second() + Login.RETENTION));
    assertThat(store.find(login.user())).hasSize(2).allMatch(TokenFamily::isRevoked);

    store.recordExchange(login.user(), "0123456789abcdef", "onrtte", clock.second() + 600);
    assertThat(store.exchanged(login.user(), "0123456789abcdef")).hasSize(1);
  }

  @Test
  void given_a_topology_then_entries_of_each_kind_are_added_and_found() {
    RevocationList list = TestRedis.blacklist(topology.redis());
    long end = clock.second() + 600;
    assertThat(list.add(Entry.ofAccessToken("one", Reason.LOGOUT, end))).isTrue();
    list.addAll(
        List.of(Entry.ofSession("session", 1, Reason.LOGOUT, end), Entry.ofUser("user", 1, end)));
    assertThat(list.reasonFor("one")).contains("logout");
    assertThat(list.raiseLatestExpiry("realm", end)).isEqualTo(end);
    assertThat(list.latestExpiry("realm")).isEqualTo(end);
    assertThat(List.of("tg:at:one", "tg:sid:session", "tg:sub:user"))
        .allMatch(key -> topology.owner().expireTime(key) == end);
  }

  @Test
  void given_a_topology_then_incidents_are_added_and_found() {
    IncidentLog log = new RedisIncidentLog(topology.redis(), keys);
    Incident incident =
        Incident.blacklistedActivity(new Incident.Origin("user", "client", "sid", "::1"), "logout");
    log.add("realm", incident);
    assertThat(log.newest("realm", Optional.empty(), 0, 10))
        .extracting(Recorded::incident)
        .containsExactly(incident);
  }

  @Test
  void given_a_topology_then_a_data_loss_is_noticed() {
    RedisHeartbeat node = new RedisHeartbeat(topology.redis(), keys);
    assertThat(node.beat()).isEmpty();
    topology.owner().flushAll();
    assertThat(node.beat()).isPresent();
    assertThat(node.beat()).isEmpty();
  }
}
