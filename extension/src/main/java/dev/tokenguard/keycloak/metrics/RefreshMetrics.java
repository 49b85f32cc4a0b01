package dev.tokenguard.keycloak.metrics;

import dev.tokenguard.config.Setting;
import dev.tokenguard.rotation.Effect;
import dev.tokenguard.rotation.Effect.Label;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Metrics;
import java.util.EnumMap;
import java.util.Map;

/** Counts refreshes of clients with a policy, and of tokens with lineage, by their outcome. */
public final class RefreshMetrics {

  private final Map<Label, Counter> ended =
      counters("token_guard.refresh", "Refreshes by their outcome");
  private final Map<Label, Counter> observed =
      counters("token_guard.refresh.observed", "Refusals that were only observed");

  public void count(Effect effect) {
    ended.get(effect.label()).increment();
    if (effect instanceof Effect.Issue issue) {
      issue.observed().ifPresent(label -> observed.get(label).increment());
    } else if (effect instanceof Effect.Keep keep) {
      keep.observed().ifPresent(label -> observed.get(label).increment());
    }
  }

  /** A refresh that was refused before the store was asked. */
  public void count(Label label) {
    ended.get(label).increment();
  }

  private static Map<Label, Counter> counters(String name, String description) {
    Map<Label, Counter> counters = new EnumMap<>(Label.class);
    for (Label label : Label.values()) {
      counters.put(
          label,
          Counter.builder(name)
              .description(description)
              .tag("outcome", Setting.id(label))
              .register(Metrics.globalRegistry));
    }
    return counters;
  }
}
