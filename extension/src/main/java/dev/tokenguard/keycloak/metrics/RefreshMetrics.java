package dev.tokenguard.keycloak.metrics;

import static java.util.Objects.requireNonNull;

import dev.tokenguard.rotation.RefreshDecision;
import dev.tokenguard.rotation.RefreshDecision.Outcome;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Metrics;
import java.util.EnumMap;
import java.util.Map;

/** Counts refreshes of clients with a policy and of tokens with lineage, by outcome. */
public final class RefreshMetrics {

  private final Map<Outcome, Counter> decided =
      counters("token_guard.refresh", "Refreshes by their outcome");
  private final Map<Outcome, Counter> observed =
      counters("token_guard.refresh.observed", "Refusals that were only reported");

  public void count(RefreshDecision decision) {
    count(decision.outcome());
    decision.observed().ifPresent(outcome -> requireNonNull(observed.get(outcome)).increment());
  }

  /** Counts a refresh that was refused before a call to the store. */
  public void count(Outcome outcome) {
    requireNonNull(decided.get(outcome)).increment();
  }

  private static Map<Outcome, Counter> counters(String name, String description) {
    Map<Outcome, Counter> counters = new EnumMap<>(Outcome.class);
    for (Outcome outcome : Outcome.values()) {
      counters.put(
          outcome,
          Counter.builder(name)
              .description(description)
              .tag("outcome", outcome.id())
              .register(Metrics.globalRegistry));
    }
    return counters;
  }
}
