package dev.tokenguard.benchmark;

import dev.tokenguard.benchmark.refresh.CommandCount;
import dev.tokenguard.benchmark.refresh.RefreshReport;
import dev.tokenguard.benchmark.refresh.RefreshReport.Figure;
import dev.tokenguard.benchmark.refresh.Variant;
import dev.tokenguard.benchmark.store.ClusterBenchmark.ClusterReport;
import dev.tokenguard.benchmark.store.StoreBenchmark.StoreReport;
import dev.tokenguard.benchmark.support.Spread;
import dev.tokenguard.faults.SoakReport;
import java.util.Locale;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;

/** The figures as text, for the terminal. */
public final class ResultsTable {

  private final StringBuilder text = new StringBuilder();

  public String of(Results results) {
    text.setLength(0);
    results.refresh().ifPresent(this::add);
    results.store().ifPresent(this::add);
    results.cluster().ifPresent(this::add);
    results.soak().ifPresent(this::add);
    line("");
    results
        .targets()
        .forEach(
            target ->
                line(
                    "%-7s  %s: %s (wanted: %s)",
                    target.isReached() ? "reached" : "MISSED",
                    target.name(),
                    target.measured(),
                    target.wanted()));
    return text.toString();
  }

  private void add(RefreshReport report) {
    line("");
    row("median of the rounds (its 90 % interval)", Variant::title);
    for (Figure figure : Figure.values()) {
      row(figure.title() + ", " + figure.unit(), variant -> absolute(report, variant, figure));
      if (Figure.COMPARED.contains(figure)) {
        row("    against no rotation", variant -> ratio(report, variant, figure));
      }
    }
    for (CommandCount.Pace pace : CommandCount.Pace.values()) {
      row(
          "SQL statements per refresh, " + pace.title(),
          variant ->
              report.count(variant, pace).sql().isEmpty()
                  ? "not counted"
                  : decimal(report.count(variant, pace).statementsPerRefresh()));
      row(
          "Redis commands per refresh, " + pace.title(),
          variant -> decimal(report.count(variant, pace).commandsPerRefresh()));
    }
  }

  private void add(StoreReport report) {
    line("");
    line(
        "%-10s %18s %18s %14s %14s %12s",
        "families",
        "first refresh, µs",
        "next refresh, µs",
        "caller p50, µs",
        "p99, µs",
        "bytes each");
    report
        .times()
        .forEach(
            time ->
                line(
                    "%-10d %18.1f %18.1f %14.0f %14.0f %12.0f",
                    time.families(),
                    time.firstServerMicros(),
                    time.serverMicros(),
                    time.p50Micros(),
                    time.p99Micros(),
                    time.bytesPerFamily()));
    report
        .sizes()
        .forEach(
            size ->
                line(
                    "%2d families per user: %.0f bytes each after the first refresh, %.0f after many",
                    size.familiesPerUser(), size.afterFirst(), size.afterMany()));
    addLookUps(report);
  }

  private void addLookUps(StoreReport report) {
    line("");
    line(
        "%-10s %24s %10s %24s %14s %12s",
        "blacklist", "look-up in Redis, µs", "commands", "caller p50, µs", "p99, µs", "bytes each");
    report
        .lookUps()
        .forEach(
            lookUps ->
                line(
                    "%-10d %24s %10.2f %24s %14.0f %12.0f",
                    lookUps.entries(),
                    ranged("%.1f", lookUps.serverMicros()),
                    lookUps.commands(),
                    ranged("%.1f", lookUps.p50Micros()),
                    lookUps.p99Micros(),
                    lookUps.bytesPerEntry()));
  }

  private void add(ClusterReport report) {
    line("");
    line("%,d families in a Cluster, each rotated once", report.families());
    line(
        "%-8s %10s %8s %12s %14s %12s %18s",
        "shard",
        "families",
        "share",
        "bytes each",
        "rotations/s",
        "script, µs",
        "CPU per call, µs");
    for (int index = 0; index < report.shards().size(); index++) {
      ClusterReport.Shard shard = report.shards().get(index);
      line(
          "%-8d %10d %7.2f%% %12.0f %14.0f %12.1f %18.1f",
          index + 1,
          shard.families(),
          100.0 * shard.families() / report.families(),
          shard.bytesPerFamily(),
          shard.callsPerSecond(),
          shard.scriptMicros(),
          shard.cpuMicros());
    }
    line("all shards: %.0f rotations per second", report.callsPerSecond());
  }

  private void add(SoakReport report) {
    line("");
    line(
        "soak: %,d requests, of which %,d were postponed (503) and %,d refused to honest clients",
        report.requests(), report.postponed(), report.refused());
    line("%-28s %10s %16s", "families", "number", "violations");
    line("%-28s %10d %16d", "honest", report.honest(), report.falseAlarms());
    line("%-28s %10d %16s", "logged out", report.loggedOut(), "");
    line("%-28s %10d %16d", "stolen from", report.thefts(), report.escapes());
    report.violations().forEach(violation -> line("  %s", violation));
    line("%-28s %10s %16s", "memory", "mean, kB", "last by first");
    memory("Redis", report, SoakReport.Sample::redisBytes);
    memory("its keys", report, SoakReport.Sample::stateBytes);
    memory("heap of Keycloak after GC", report, SoakReport.Sample::heapBytes);
  }

  private void memory(String what, SoakReport report, ToDoubleFunction<SoakReport.Sample> figure) {
    line("%-28s %10.0f %16.2f", what, report.mean(figure) / 1e3, report.growth(figure));
  }

  private static String ranged(String format, Spread spread) {
    return String.format(
        Locale.ROOT,
        format + " (" + format + " to " + format + ")",
        spread.median(),
        spread.low(),
        spread.high());
  }

  private void row(String head, Function<Variant, String> cell) {
    text.append(String.format("%-42s", head));
    for (Variant variant : Variant.values()) {
      text.append(String.format("%24s", cell.apply(variant)));
    }
    text.append('\n');
  }

  private void line(String format, Object... arguments) {
    text.append(String.format(Locale.ROOT, format, arguments)).append('\n');
  }

  private static String absolute(RefreshReport report, Variant variant, Figure figure) {
    Spread spread = report.spread(variant, figure);
    return figure.text(spread.median())
        + " ("
        + figure.text(spread.low())
        + " to "
        + figure.text(spread.high())
        + ")";
  }

  private static String ratio(RefreshReport report, Variant variant, Figure figure) {
    return ranged("%.2f", report.ratio(variant, Variant.NO_ROTATION, figure));
  }

  private static String decimal(double value) {
    return String.format(Locale.ROOT, "%.2f", value);
  }
}
