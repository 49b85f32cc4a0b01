package dev.tokenguard.redis.store;

import static dev.tokenguard.redis.TestRedis.JEDIS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tokenguard.redis.TestRedis;
import dev.tokenguard.revocation.IncidentLog;
import dev.tokenguard.revocation.IncidentLog.Incident;
import dev.tokenguard.revocation.IncidentLogContract;
import dev.tokenguard.rotation.StoreUnavailableException;
import dev.tokenguard.rotation.TestClock;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import redis.clients.jedis.StreamEntryID;

/** The contract on a real Redis, and what the scripts leave in the stream of a realm. */
final class RedisIncidentLogTest extends IncidentLogContract {

  private static final String KEY = "tg:incidents:{realm}";

  private static final Incident INCIDENT =
      Incident.blacklistedActivity(new Incident.Origin("user", "client", "sid", "::1"), "logout");

  private final TestClock clock = TestClock.started();

  @Override
  protected IncidentLog open(TestClock clock) {
    return TestRedis.emptyIncidentLog(clock);
  }

  @Test
  void given_incidents_then_the_next_one_removes_the_old_ones_and_the_key_expires_with_it() {
    IncidentLog log = open(clock);
    log.add("realm", INCIDENT);
    assertThat(JEDIS.ttl(KEY))
        .isBetween(IncidentLog.KEPT_FOR.toSeconds() - 60, IncidentLog.KEPT_FOR.toSeconds());
    clock.advance(IncidentLog.KEPT_FOR.plusMillis(1));
    log.add("realm", INCIDENT);
    assertThat(JEDIS.xlen(KEY)).isEqualTo(1);
  }

  @Test
  void given_an_incident_of_a_newer_version_then_it_is_skipped() {
    IncidentLog log = open(clock);
    log.add("realm", INCIDENT);
    JEDIS.xadd(KEY, StreamEntryID.NEW_ENTRY, Map.of("type", "earthquake"));
    assertThat(log.newest("realm", Optional.empty(), 0, 10))
        .singleElement()
        .extracting(IncidentLog.Recorded::incident)
        .isEqualTo(INCIDENT);
  }

  @Test
  void given_a_key_of_another_type_then_the_log_is_unavailable_and_the_key_stays() {
    IncidentLog log = open(clock);
    JEDIS.set(KEY, "mine");
    assertThatThrownBy(() -> log.add("realm", INCIDENT))
        .isInstanceOf(StoreUnavailableException.class);
    assertThatThrownBy(() -> log.newest("realm", Optional.empty(), 0, 10))
        .isInstanceOf(StoreUnavailableException.class);
    assertThat(JEDIS.get(KEY)).isEqualTo("mine");
  }
}
