package dev.tokenguard.revocation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tokenguard.revocation.Incident.Lineage;
import dev.tokenguard.revocation.Incident.Origin;
import dev.tokenguard.revocation.Incident.Type;
import dev.tokenguard.revocation.IncidentLog.Recorded;
import dev.tokenguard.rotation.TestClock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What every {@link IncidentLog} promises. A log passes by a subclass that opens it, empty. */
public abstract class IncidentLogContract {

  private static final String REALM = "f:realm {of} Zoë";

  private static final Origin ORIGIN =
      new Origin("f:ldap:Zoë, \"{1}\"", "shop", "session", "2001:db8::1");

  private final TestClock clock = TestClock.started();
  private IncidentLog log;

  /** Gives an empty log that goes by the clock. */
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
  void givenNothing_whenARealmIsAsked_thenThereIsNothing() {
    assertThat(all()).isEmpty();
  }

  @Test
  void givenIncidents_whenTheyAreAskedFor_thenAllIsToldOfThemAndTheNewestComesFirst() {
    log.add(REALM, reuse(1));
    Recorded first = new Recorded(clock.instant(), reuse(1));
    clock.advance(Duration.ofMillis(1));
    log.add(REALM, activity());
    assertThat(log.newest(REALM, Optional.empty(), 0, 10))
        .containsExactly(new Recorded(clock.instant(), activity()), first);
  }

  @Test
  void givenANewestGenerationThatIsNotKnown_whenItIsAskedFor_thenNoneIsTold() {
    Lineage lineage = new Lineage("family", 0, OptionalLong.empty());
    Incident mismatch = new Incident(Type.MISMATCH, ORIGIN, Optional.of(lineage), "other ip");
    log.add(REALM, mismatch);
    assertThat(all()).containsExactly(mismatch);
  }

  @Test
  void givenSeveralInOneMillisecond_whenTheyAreAskedFor_thenTheyKeepTheirOrder() {
    for (int presented = 1; presented <= 3; presented++) {
      log.add(REALM, reuse(presented));
    }
    assertThat(all()).containsExactly(reuse(3), reuse(2), reuse(1));
  }

  @Test
  void givenTheClockWasSetBack_whenOneIsAdded_thenItIsTheNewest() {
    log.add(REALM, reuse(1));
    clock.advance(Duration.ofMinutes(-5));
    log.add(REALM, reuse(2));
    assertThat(all()).containsExactly(reuse(2), reuse(1));
  }

  @Test
  void givenTwoRealms_whenOneIsAsked_thenOnlyItsOwnAreTold() {
    log.add(REALM, reuse(1));
    log.add("other", reuse(2));
    assertThat(all()).containsExactly(reuse(1));
  }

  @Test
  void givenSeveralTypes_whenOneIsAskedFor_thenItsPagesHoldNoOther() {
    for (int presented = 1; presented <= 3; presented++) {
      log.add(REALM, reuse(presented));
      log.add(REALM, activity());
    }
    assertThat(page(Optional.of(Type.REUSE), 1, 1)).containsExactly(reuse(2));
    assertThat(page(Optional.of(Type.BLACKLISTED_ACTIVITY), 0, 10)).hasSize(3);
    assertThat(page(Optional.of(Type.MISMATCH), 0, 10)).isEmpty();
  }

  @Test
  void givenMany_whenTheyAreReadInPages_thenNoneIsMissingAndNoneIsThereTwice() {
    for (int presented = 1; presented <= 5; presented++) {
      log.add(REALM, reuse(presented));
    }
    assertThat(page(Optional.empty(), 0, 2)).containsExactly(reuse(5), reuse(4));
    assertThat(page(Optional.empty(), 2, 2)).containsExactly(reuse(3), reuse(2));
    assertThat(page(Optional.empty(), 4, 2)).containsExactly(reuse(1));
    assertThat(page(Optional.empty(), 5, 2)).isEmpty();
    assertThat(page(Optional.empty(), 0, 0)).isEmpty();
  }

  @Test
  void givenAFlood_whenTheLogIsFull_thenTheOldestGo() {
    for (int presented = 0; presented <= IncidentLog.KEPT; presented++) {
      log.add(REALM, reuse(presented));
    }
    assertThat(all())
        .hasSize(IncidentLog.KEPT)
        .startsWith(reuse(IncidentLog.KEPT))
        .endsWith(reuse(1));
  }

  @Test
  void givenOldIncidents_whenTheirTimeIsOver_thenTheyAreGoneWithAndWithoutNewOnes() {
    log.add(REALM, reuse(1));
    clock.advance(IncidentLog.KEPT_FOR);
    assertThat(all()).containsExactly(reuse(1));
    clock.advance(Duration.ofMillis(1));
    assertThat(all()).isEmpty();
    log.add(REALM, reuse(2));
    assertThat(all()).containsExactly(reuse(2));
  }
}
