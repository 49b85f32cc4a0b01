package dev.tokenguard.benchmark;

import java.time.Duration;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;

/**
 * What one variant did in one round.
 *
 * @param number counts from 1
 */
record Round(int number, Variant variant, Map<Figure, Double> figures) {

  private static final double NANOS_PER_MILLI = 1_000_000;
  private static final double NANOS_PER_SECOND = 1_000_000_000;

  /**
   * @param latencies of the refreshes that were answered in that time
   * @param used the CPU that was used in that time
   */
  static Round of(
      int number, Variant variant, Duration time, Latencies latencies, Map<Figure, Duration> used) {
    Map<Figure, Double> figures = new EnumMap<>(Figure.class);
    figures.put(Figure.THROUGHPUT, latencies.count() * NANOS_PER_SECOND / time.toNanos());
    figures.put(Figure.LATENCY_P50, latencies.millis(0.50));
    figures.put(Figure.LATENCY_P95, latencies.millis(0.95));
    figures.put(Figure.LATENCY_P99, latencies.millis(0.99));
    used.forEach(
        (figure, cpu) ->
            figures.put(figure, cpu.toNanos() / NANOS_PER_MILLI / Math.max(1, latencies.count())));
    return new Round(number, variant, figures);
  }

  /** For the person who waits. */
  String text() {
    return String.format(
        Locale.ROOT,
        "%s %.0f/s, %.2f ms",
        variant.letter(),
        figures.get(Figure.THROUGHPUT),
        figures.get(Figure.KEYCLOAK_CPU));
  }
}
