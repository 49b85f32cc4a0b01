package dev.tokenguard.benchmark;

import java.util.List;
import java.util.stream.IntStream;

/**
 * One figure over all rounds.
 *
 * @param low with a confidence of 90 % the median of very many rounds would not be below this
 * @param high likewise, nor above this
 * @param values one of each round, in the order of the rounds
 */
public record Spread(double median, double low, double high, List<Double> values) {

  /** Of the normal distribution, for 90 % on both sides. */
  private static final double QUANTILE = 1.645;

  /**
   * The interval is that between two of the values in their order. Nothing is supposed of how they
   * are distributed: whether a value is below the median is the toss of a coin.
   */
  public static Spread of(List<Double> values) {
    List<Double> sorted = values.stream().sorted().toList();
    int size = sorted.size();
    double median = (sorted.get((size - 1) / 2) + sorted.get(size / 2)) / 2;
    int below = Math.max(1, (int) ((size - QUANTILE * Math.sqrt(size)) / 2));
    return new Spread(median, sorted.get(below - 1), sorted.get(size - below), values);
  }

  /** Round by round, because only what is measured close together can be compared. */
  public Spread by(Spread other) {
    return of(
        IntStream.range(0, values.size())
            .mapToObj(round -> values.get(round) / other.values.get(round))
            .toList());
  }
}
