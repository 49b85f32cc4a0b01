package dev.tokenguard.faults;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;

/**
 * What a story has left. A machine that stands still is told by a client that needs no Redis, and
 * not held against Token Guard.
 *
 * @param guarded the ledger of the guarded realm's clients
 * @param elsewhere that of a client of another realm, which asked all the time
 */
public record Outcome(Ledger guarded, Ledger elsewhere) {

  /** A pause that opened the breaker postpones what comes a second later, and a trial after it. */
  private static final Duration AFTERMATH = Duration.ofSeconds(2);

  /** Of a hundred answers: a busy machine misses a time-out by itself, now and then. */
  private static final int HARDLY_ANYTHING = 5;

  /**
   * @param added by the fault to the time of an answer, at most: 99 of 100 come within it, without
   *     the time in which the client of another realm was kept waiting
   */
  void assertClean(Duration added) {
    assertNoViolations();
    assertThat(p99()).as("p99; %s", this).isLessThan(added);
  }

  /** What holds on any machine, however busy. */
  void assertNoViolations() {
    assertThat(guarded.violations()).as("%s", guarded).isEmpty();
    assertThat(elsewhere.violations()).as("a client of another realm: %s", elsewhere).isEmpty();
  }

  private Duration p99() {
    Pulse machine = elsewhere.pulse();
    List<Duration> waits =
        guarded.entries().stream()
            .map(entry -> entry.took().minus(machine.lost(entry.begin(), entry.end())))
            .sorted()
            .toList();
    return waits.get((int) Math.ceil(waits.size() * 0.99) - 1);
  }

  /** Of a fault while which Redis does what it is asked for. */
  void assertHardlyAnythingWasPostponed() {
    Pulse machine = elsewhere.pulse();
    long postponed =
        guarded.entries().stream()
            .filter(entry -> entry.status() == 503)
            .filter(entry -> !machine.stoodStill(entry.begin() - AFTERMATH.toNanos(), entry.end()))
            .count();
    assertThat(postponed)
        .as("postponed by a machine that went on; %s", this)
        .isLessThanOrEqualTo(guarded.size() * HARDLY_ANYTHING / 100);
  }

  /** For the report of a run; a busy machine makes them longer. */
  String times() {
    return "%d requests, p99 %d ms, %d standstills of the machine"
        .formatted(guarded.size(), p99().toMillis(), standstills());
  }

  /** How often the machine made time-outs by itself, at most. */
  long standstills() {
    return elsewhere.pulse().standstills();
  }

  @Override
  public String toString() {
    return guarded + "\nelsewhere: " + elsewhere;
  }
}
