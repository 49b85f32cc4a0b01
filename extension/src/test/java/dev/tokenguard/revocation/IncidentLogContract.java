package dev.tokenguard.revocation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tokenguard.revocation.IncidentLog.Incident;
import dev.tokenguard.revocation.IncidentLog.Incident.Lineage;
import dev.tokenguard.revocation.IncidentLog.Incident.Origin;
import dev.tokenguard.revocation.IncidentLog.Incident.Type;
import dev.tokenguard.revocation.IncidentLog.Recorded;
import dev.tokenguard.rotation.TestClock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The rules for each {@link IncidentLog}. A subclass opens the log, empty. */
public abstract class IncidentLogContract {

  private static final String REALM = "f:realm {of} Zoë";

  private static final Origin ORIGIN =
      new Origin("f:ldap:Zoë, \"{1}\"", "shop", "session", "2001:db8::1");

  private final TestClock clock = TestClock.started();
  private IncidentLog log;

  /** An empty log with this clock. */
  protected abstract IncidentLog open(TestClock clock);

  @BeforeEach
  void begin() {
    log = open(clock);
  }

  private static Incident reuse(long presented) {
    return new Incident(
        Type.REUSE,
        ORIGIN,
        Optional.of(new Lineage("family", presented, OptionalLong.of(presented + 2))),
        "older_generation");
  }

  private static Incident activity() {
    return Incident.blacklistedActivity(new Origin("user", "", "", ""), "logout");
  }

  private List<Incident> all() {
    return page(Optional.empty(), 0, 2 * IncidentLog.KEPT);
  }

  private List<Incident> page(Optional<Type> type, int first, int max) {
    return log.newest(REALM, type, first, max).stream().map(Recorded::incident).toList();
  }

  @Test
  void givenIncidents_thenAllOfEachIsReadAndTheNewestComesFirst() {
    assertThat(all()).isEmpty();
    Lineage unknown = new Lineage("family", 0, OptionalLong.empty());
    Incident mismatch = new Incident(Type.MISMATCH, ORIGIN, Optional.of(unknown), "other ip");
    List<Incident> incidents = List.of(reuse(1), activity(), mismatch);
    List<Recorded> newestFirst = new ArrayList<>();
    for (Incident each : incidents) {
      clock.advance(Duration.ofMillis(1));
      log.add(REALM, each);
      newestFirst.add(0, new Recorded(clock.instant(), each));
    }
    assertThat(log.newest(REALM, Optional.empty(), 0, 10)).isEqualTo(newestFirst);
  }

  @Test
  void givenOneMillisecondOrAClockSetBack_thenTheOrderStays() {
    log.add(REALM, reuse(1));
    log.add(REALM, reuse(2));
    clock.advance(Duration.ofMinutes(-5));
    log.add(REALM, reuse(3));
    assertThat(all()).containsExactly(reuse(3), reuse(2), reuse(1));
  }

  @Test
  void givenRealmsAndTypes_thenEachPageHasNoOthers() {
    for (int presented = 1; presented <= 3; presented++) {
      log.add(REALM, reuse(presented));
      log.add(REALM, activity());
      log.add("other", reuse(9));
    }
    assertThat(page(Optional.of(Type.REUSE), 0, 10)).containsExactly(reuse(3), reuse(2), reuse(1));
    assertThat(page(Optional.of(Type.REUSE), 1, 1)).containsExactly(reuse(2));
    assertThat(page(Optional.of(Type.REUSE), 3, 1)).isEmpty();
    assertThat(page(Optional.of(Type.BLACKLISTED_ACTIVITY), 0, 10)).hasSize(3);
    assertThat(page(Optional.of(Type.MISMATCH), 0, 10)).isEmpty();
    assertThat(page(Optional.empty(), 4, 10)).containsExactly(activity(), reuse(1));
    assertThat(page(Optional.empty(), 0, 0)).isEmpty();
  }

  @Test
  void givenAFullLog_thenTheOldestAreRemoved() {
    for (int presented = 0; presented <= IncidentLog.KEPT; presented++) {
      log.add(REALM, reuse(presented));
    }
    assertThat(all())
        .hasSize(IncidentLog.KEPT)
        .startsWith(reuse(IncidentLog.KEPT))
        .endsWith(reuse(1));
  }

  @Test
  void givenOldIncidents_thenTheyAreRemovedWithAndWithoutNewOnes() {
    log.add(REALM, reuse(1));
    clock.advance(IncidentLog.KEPT_FOR);
    assertThat(all()).containsExactly(reuse(1));
    clock.advance(Duration.ofMillis(1));
    assertThat(all()).isEmpty();
    log.add(REALM, reuse(2));
    assertThat(all()).containsExactly(reuse(2));
  }
}
