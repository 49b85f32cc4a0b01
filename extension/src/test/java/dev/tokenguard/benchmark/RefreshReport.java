package dev.tokenguard.benchmark;

import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

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
    List<Double> values = spread(variant, figure).values();
    List<Double> baseValues = spread(base, figure).values();
    return Spread.of(
        IntStream.range(0, values.size())
            .mapToObj(index -> values.get(index) / baseValues.get(index))
            .toList());
  }

  CommandCount count(Variant variant, CommandCount.Pace pace) {
    return counts.stream()
        .filter(count -> count.variant() == variant && count.pace() == pace)
        .findFirst()
        .orElseThrow();
  }
}
