package dev.tokenguard.redis.store;

import static dev.tokenguard.redis.TestRedis.JEDIS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tokenguard.redis.TestRedis;
import dev.tokenguard.revocation.IncidentLog;
import dev.tokenguard.revocation.IncidentLog.Incident;
import dev.tokenguard.revocation.IncidentLog.Incident.Lineage;
import dev.tokenguard.revocation.IncidentLog.Incident.Origin;
import dev.tokenguard.revocation.IncidentLog.Incident.Type;
import dev.tokenguard.revocation.IncidentLog.Recorded;
import dev.tokenguard.rotation.StoreUnavailableException;
import dev.tokenguard.rotation.TestClock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import redis.clients.jedis.StreamEntryID;

/** The rules of the log, and what its scripts leave in the stream of a realm. */
final class RedisIncidentLogTest {

  private static final String REALM = "f:realm {of} Zoë";
  private static final Origin ORIGIN =
      new Origin("f:ldap:Zoë, \"{1}\"", "shop", "session", "2001:db8::1");
  private static final Incident ACTIVITY =
      Incident.blacklistedActivity(new Origin("user", "", "", ""), "logout");

  private final TestClock clock = TestClock.started();
  private final IncidentLog log = TestRedis.emptyIncidentLog(clock);

  private static Incident reuse(long presented) {
    Lineage lineage = new Lineage("family", presented, OptionalLong.of(presented + 2));
    return new Incident(Type.REUSE, ORIGIN, Optional.of(lineage), "older_generation");
  }

  private List<Incident> page(Type type, int first, int max) {
    return log.newest(REALM, Optional.ofNullable(type), first, max).stream()
        .map(Recorded::incident)
        .toList();
  }

  private List<Incident> all() {
    return page(null, 0, 2 * IncidentLog.KEPT);
  }

  @Test
  void given_incidents_then_all_of_each_is_read_and_the_newest_comes_first() {
    assertThat(all()).isEmpty();
    Lineage unknown = new Lineage("family", 0, OptionalLong.empty());
    Incident mismatch = new Incident(Type.MISMATCH, ORIGIN, Optional.of(unknown), "other ip");
    List<Recorded> newestFirst = new ArrayList<>();
    for (Incident each : List.of(reuse(1), ACTIVITY, mismatch)) {
      clock.advance(Duration.ofMillis(1));
      log.add(REALM, each);
      newestFirst.add(0, new Recorded(clock.instant(), each));
    }
    assertThat(log.newest(REALM, Optional.empty(), 0, 10)).isEqualTo(newestFirst);
  }

  @Test
  void given_one_millisecond_or_a_clock_set_back_then_the_order_stays() {
    log.add(REALM, reuse(1));
    log.add(REALM, reuse(2));
    clock.advance(Duration.ofMinutes(-5));
    log.add(REALM, reuse(3));
    assertThat(all()).containsExactly(reuse(3), reuse(2), reuse(1));
  }

  @Test
  void given_realms_and_types_then_each_page_has_no_others() {
    for (int presented = 1; presented <= 3; presented++) {
      log.add(REALM, reuse(presented));
      log.add(REALM, ACTIVITY);
      log.add("other", reuse(9));
    }
    assertThat(page(Type.REUSE, 0, 10)).containsExactly(reuse(3), reuse(2), reuse(1));
    assertThat(page(Type.REUSE, 1, 1)).containsExactly(reuse(2));
    assertThat(page(Type.REUSE, 3, 1)).isEmpty();
    assertThat(page(Type.BLACKLISTED_ACTIVITY, 0, 10)).hasSize(3);
    assertThat(page(Type.MISMATCH, 0, 10)).isEmpty();
    assertThat(page(null, 4, 10)).containsExactly(ACTIVITY, reuse(1));
    assertThat(page(null, 0, 0)).isEmpty();
  }

  @Test
  void given_a_full_log_then_the_oldest_are_removed() {
    for (int presented = 0; presented <= IncidentLog.KEPT; presented++) {
      log.add(REALM, reuse(presented));
    }
    assertThat(all())
        .hasSize(IncidentLog.KEPT)
        .startsWith(reuse(IncidentLog.KEPT))
        .endsWith(reuse(1));
  }

  @Test
  void given_old_incidents_then_none_is_read_and_the_next_one_removes_them() {
    log.add("realm", reuse(1));
    assertThat(JEDIS.ttl("tg:incidents:{realm}"))
        .isBetween(IncidentLog.KEPT_FOR.toSeconds() - 60, IncidentLog.KEPT_FOR.toSeconds());
    clock.advance(IncidentLog.KEPT_FOR);
    assertThat(log.newest("realm", Optional.empty(), 0, 9)).hasSize(1);
    clock.advance(Duration.ofMillis(1));
    assertThat(log.newest("realm", Optional.empty(), 0, 9)).isEmpty();
    log.add("realm", reuse(2));
    assertThat(JEDIS.xlen("tg:incidents:{realm}")).isEqualTo(1);
  }

  @Test
  void given_an_incident_of_a_newer_version_then_it_is_skipped() {
    log.add("realm", ACTIVITY);
    JEDIS.xadd("tg:incidents:{realm}", StreamEntryID.NEW_ENTRY, Map.of("type", "earthquake"));
    assertThat(log.newest("realm", Optional.empty(), 0, 10))
        .extracting(Recorded::incident)
        .containsExactly(ACTIVITY);
  }

  @Test
  void given_a_key_of_another_type_then_the_log_is_unavailable_and_the_key_stays() {
    JEDIS.set("tg:incidents:{realm}", "mine");
    assertThatThrownBy(() -> log.add("realm", ACTIVITY))
        .isInstanceOf(StoreUnavailableException.class);
    assertThatThrownBy(() -> log.newest("realm", Optional.empty(), 0, 10))
        .isInstanceOf(StoreUnavailableException.class);
    assertThat(JEDIS.get("tg:incidents:{realm}")).isEqualTo("mine");
  }
}
