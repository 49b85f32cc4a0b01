package dev.tokenguard.benchmark;

import java.util.List;
import java.util.Locale;

/** What is measured in a round. */
enum Figure {
  THROUGHPUT("refreshes per second", "1/s", 0),
  LATENCY_P50("latency p50", "ms", 1),
  LATENCY_P95("latency p95", "ms", 1),
  LATENCY_P99("latency p99", "ms", 1),
  KEYCLOAK_CPU("CPU of Keycloak per refresh", "ms", 3),
  REDIS_CPU("CPU of Redis per refresh", "ms", 3),
  LOAD_CPU("CPU of the load generator per refresh", "ms", 3);

  /** Those that are the same kind of number for every variant, so that a ratio says something. */
  static final List<Figure> COMPARED =
      List.of(THROUGHPUT, LATENCY_P50, LATENCY_P95, LATENCY_P99, KEYCLOAK_CPU);

  private final String title;
  private final String unit;
  private final int decimals;

  Figure(String title, String unit, int decimals) {
    this.title = title;
    this.unit = unit;
    this.decimals = decimals;
  }

  String title() {
    return title;
  }

  String unit() {
    return unit;
  }

  String text(double value) {
    return String.format(Locale.ROOT, "%." + decimals + "f", value);
  }
}
