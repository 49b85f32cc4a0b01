package dev.tokenguard.benchmark;

import java.util.List;
import java.util.stream.IntStream;

/**
 * One figure over all rounds.
 *
 * @param values one of each round, in the order of the rounds
 */
record Spread(double median, double min, double max, List<Double> values) {

  static Spread of(List<Double> values) {
    List<Double> sorted = values.stream().sorted().toList();
    int middle = sorted.size() / 2;
    double median =
        sorted.size() % 2 == 1
            ? sorted.get(middle)
            : (sorted.get(middle - 1) + sorted.get(middle)) / 2;
    return new Spread(median, sorted.get(0), sorted.get(sorted.size() - 1), values);
  }

  /** Round by round, because only what is measured close together can be compared. */
  Spread by(Spread other) {
    return of(
        IntStream.range(0, values.size())
            .mapToObj(round -> values.get(round) / other.values.get(round))
            .toList());
  }
}
