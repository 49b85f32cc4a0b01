package dev.tokenguard.redis.connection;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tokenguard.redis.TestRedis;
import dev.tokenguard.redis.store.RedisHeartbeat;
import dev.tokenguard.redis.store.RedisKeys;
import dev.tokenguard.redis.store.RedisRevocationListTest;
import dev.tokenguard.revocation.IncidentLog;
import dev.tokenguard.revocation.IncidentLog.Incident;
import dev.tokenguard.revocation.IncidentLog.Recorded;
import dev.tokenguard.revocation.Revocation.Reason;
import dev.tokenguard.revocation.RevocationList;
import dev.tokenguard.revocation.RevocationList.Entry;
import dev.tokenguard.revocation.Revocations;
import dev.tokenguard.rotation.FamilyStore;
import dev.tokenguard.rotation.Login;
import dev.tokenguard.rotation.Policies;
import dev.tokenguard.rotation.RefreshDecision;
import dev.tokenguard.rotation.RefreshDecision.Replayed;
import dev.tokenguard.rotation.RefreshDecision.Reused;
import dev.tokenguard.rotation.RefreshDecision.Revoked;
import dev.tokenguard.rotation.RefreshDecision.Rotated;
import dev.tokenguard.rotation.RotationPolicy;
import dev.tokenguard.rotation.TestClock;
import dev.tokenguard.rotation.TokenFamily;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Each script runs once with Sentinels, on a Cluster, and with TLS, each with the documented ACL
 * user. The contracts run on a standalone Redis.
 */
@ParameterizedClass
@EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "STANDALONE")
final class TopologySmokeTest {

  @Parameter TestTopology topology;

  private static final RotationPolicy GRACE = Policies.with("grace-period", 10);

  private final TestClock clock = TestClock.started();
  private final Login login = Login.at(clock);

  @Test
  void given_a_topology_then_the_scripts_of_families_run() {
    FamilyStore store = topology.emptyStore(clock);

    assertThat(store.begin(login.begin(clock), GRACE)).isEmpty();
    assertThat(present(store, 0)).isInstanceOf(Rotated.class);
    assertThat(present(store, 0)).isInstanceOf(Replayed.class);
    assertThat(present(store, 1)).isInstanceOf(Rotated.class);
    assertThat(present(store, 0)).isInstanceOf(Reused.class);
    assertThat(present(store, 2)).isInstanceOf(Revoked.class);

    Login other = login.asFamily("another");
    store.begin(other.begin(clock), GRACE);
    store.revoke(
        Revocations.ofFamily(other.user(), other.family(), clock.second() + Login.REMEMBERED));
    assertThat(store.find(login.user())).hasSize(2).allMatch(TokenFamily::isRevoked);

    store.recordExchange(login.user(), "0123456789abcdef", "onrtte", clock.second() + 600);
    assertThat(store.exchanged(login.user(), "0123456789abcdef")).hasSize(1);
  }

  @Test
  void given_a_topology_then_entries_of_each_kind_are_added_and_found() {
    topology.flush();
    RevocationList blacklist = TestRedis.blacklist(topology.redis());
    long end = clock.second() + 600;

    assertThat(blacklist.add(Entry.ofAccessToken("one", Reason.LOGOUT, end))).isTrue();
    blacklist.addAll(
        List.of(Entry.ofSession("session", 1, Reason.LOGOUT, end), Entry.ofUser("user", 1, end)));

    assertThat(blacklist.reasonFor("one")).contains("logout");
    assertThat(blacklist.raiseLatestExpiry("realm", end)).isEqualTo(end);
    assertThat(blacklist.latestExpiry("realm")).isEqualTo(end);
    for (String key : List.of("tg:at:one", "tg:sid:session", "tg:sub:user")) {
      assertThat(RedisRevocationListTest.livesUntil(topology.owner(), key)).hasValue(end);
    }
  }

  @Test
  void given_a_topology_then_incidents_are_added_and_found() {
    IncidentLog log = topology.emptyIncidentLog(clock);
    Incident incident =
        Incident.blacklistedActivity(new Incident.Origin("user", "client", "sid", "::1"), "logout");

    log.add("realm", incident);

    assertThat(log.newest("realm", Optional.empty(), 0, 10))
        .extracting(Recorded::incident)
        .containsExactly(incident);
  }

  @Test
  void given_a_topology_then_a_data_loss_is_noticed() {
    topology.flush();
    RedisHeartbeat node = new RedisHeartbeat(topology.redis(), new RedisKeys(TestRedis.PREFIX));
    assertThat(node.beat()).isEmpty();

    topology.flush();

    assertThat(node.beat()).isPresent();
    assertThat(node.beat()).isEmpty();
  }

  private RefreshDecision present(FamilyStore store, long generation) {
    return store.rotate(login.refresh(generation, clock), GRACE, attempt -> false);
  }
}
