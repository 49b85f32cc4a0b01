package dev.tokenguard.benchmark;

import java.util.List;
import java.util.Map;

/** What the refresh benchmark measured. */
record RefreshReport(Map<String, String> versions, List<Round> rounds, List<CommandCount> counts) {

  Spread spread(Variant variant, Figure figure) {
    return Spread.of(
        rounds.stream()
            .filter(round -> round.variant() == variant)
            .map(round -> round.figures().get(figure))
            .toList());
  }

  /**
   * A variant against another, compared within each round: a machine that is slower for a while
   * slows both.
   */
  Spread ratio(Variant variant, Variant base, Figure figure) {
    return spread(variant, figure).by(spread(base, figure));
  }

  CommandCount count(Variant variant, CommandCount.Pace pace) {
    return counts.stream()
        .filter(count -> count.variant() == variant && count.pace() == pace)
        .findFirst()
        .orElseThrow();
  }
}
