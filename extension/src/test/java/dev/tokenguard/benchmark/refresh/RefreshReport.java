package dev.tokenguard.benchmark.refresh;

import dev.tokenguard.benchmark.support.Latencies;
import dev.tokenguard.benchmark.support.Spread;
import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** What the refresh benchmark measured. */
public record RefreshReport(
    Map<String, String> versions, List<Round> rounds, List<CommandCount> counts) {

  public Spread spread(Variant variant, Figure figure) {
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
  public Spread ratio(Variant variant, Variant base, Figure figure) {
    return spread(variant, figure).by(spread(base, figure));
  }

  public CommandCount count(Variant variant, CommandCount.Pace pace) {
    return counts.stream()
        .filter(count -> count.variant() == variant && count.pace() == pace)
        .findFirst()
        .orElseThrow();
  }

  /**
   * What one variant did in one round.
   *
   * @param number counts from 1
   */
  public record Round(int number, Variant variant, Map<Figure, Double> figures) {

    private static final double NANOS_PER_MILLI = 1_000_000;
    private static final double NANOS_PER_SECOND = 1_000_000_000;

    /**
     * @param latencies of the refreshes that were answered in that time
     * @param used the CPU that was used in that time
     */
    public static Round of(
        int number,
        Variant variant,
        Duration time,
        Latencies latencies,
        Map<Figure, Duration> used) {
      Map<Figure, Double> figures = new EnumMap<>(Figure.class);
      figures.put(Figure.THROUGHPUT, latencies.count() * NANOS_PER_SECOND / time.toNanos());
      figures.put(Figure.LATENCY_P50, latencies.millis(0.50));
      figures.put(Figure.LATENCY_P95, latencies.millis(0.95));
      figures.put(Figure.LATENCY_P99, latencies.millis(0.99));
      used.forEach(
          (figure, cpu) ->
              figures.put(
                  figure, cpu.toNanos() / NANOS_PER_MILLI / Math.max(1, latencies.count())));
      return new Round(number, variant, figures);
    }

    /** For the person who waits. */
    public String text() {
      return String.format(
          Locale.ROOT,
          "%s %.0f/s, %.2f ms",
          variant.letter(),
          figures.get(Figure.THROUGHPUT),
          figures.get(Figure.KEYCLOAK_CPU));
    }
  }

  /** What is measured in a round. */
  public enum Figure {
    THROUGHPUT("refreshes per second", "1/s", 0),
    LATENCY_P50("latency p50", "ms", 1),
    LATENCY_P95("latency p95", "ms", 1),
    LATENCY_P99("latency p99", "ms", 1),
    KEYCLOAK_CPU("CPU of Keycloak per refresh", "ms", 3),
    REDIS_CPU("CPU of Redis per refresh", "ms", 3),
    LOAD_CPU("CPU of the load generator per refresh", "ms", 3);

    /** Those that are the same kind of number for every variant, so that a ratio says something. */
    public static final List<Figure> COMPARED =
        List.of(THROUGHPUT, LATENCY_P50, LATENCY_P95, LATENCY_P99, KEYCLOAK_CPU);

    private final String title;
    private final String unit;
    private final int decimals;

    Figure(String title, String unit, int decimals) {
      this.title = title;
      this.unit = unit;
      this.decimals = decimals;
    }

    public String title() {
      return title;
    }

    public String unit() {
      return unit;
    }

    public String text(double value) {
      return String.format(Locale.ROOT, "%." + decimals + "f", value);
    }
  }
}
