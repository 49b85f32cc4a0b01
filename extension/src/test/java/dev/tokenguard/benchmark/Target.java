package dev.tokenguard.benchmark;

import dev.tokenguard.benchmark.refresh.CommandCount;
import dev.tokenguard.benchmark.refresh.CommandCount.Pace;
import dev.tokenguard.benchmark.refresh.RefreshReport;
import dev.tokenguard.benchmark.refresh.RefreshReport.Figure;
import dev.tokenguard.benchmark.refresh.Variant;
import dev.tokenguard.benchmark.store.ClusterBenchmark.ClusterReport;
import dev.tokenguard.benchmark.store.StoreBenchmark.StoreReport;
import dev.tokenguard.benchmark.store.StoreBenchmark.StoreReport.LookUps;
import dev.tokenguard.benchmark.support.Spread;
import dev.tokenguard.faults.SoakReport;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;

/**
 * What this project promises, against what was measured.
 *
 * @param wanted with its unit, for people
 * @param measured likewise
 */
public record Target(String name, String wanted, String measured, boolean isReached) {

  /** Two counts that differ by less are equal: a batch of writes can fall into the next second. */
  private static final double COUNT_TOLERANCE = 0.05;

  public static List<Target> of(RefreshReport report) {
    Spread cpu = report.ratio(Variant.TOKEN_GUARD, Variant.NO_ROTATION, Figure.KEYCLOAK_CPU);
    Spread throughput = report.ratio(Variant.TOKEN_GUARD, Variant.NO_ROTATION, Figure.THROUGHPUT);
    Spread cpuAhead =
        report.ratio(Variant.BUILT_IN_ROTATION, Variant.TOKEN_GUARD, Figure.KEYCLOAK_CPU);
    Spread ahead = report.ratio(Variant.TOKEN_GUARD, Variant.BUILT_IN_ROTATION, Figure.THROUGHPUT);
    List<Target> targets = new ArrayList<>();
    targets.add(atMost("CPU of Keycloak, against no rotation", 1.05, cpu));
    targets.add(atLeast("refreshes per second, against no rotation", 0.95, throughput));
    targets.add(atLeast("refreshes per second, against built-in rotation", 1.4, ahead));
    targets.add(atLeast("CPU of built-in rotation, against Token Guard", 1.4, cpuAhead));
    CommandCount ours = report.count(Variant.TOKEN_GUARD, Pace.ONE_A_SECOND);
    CommandCount base = report.count(Variant.NO_ROTATION, Pace.ONE_A_SECOND);
    double redis = ours.commandsPerRefresh();
    targets.add(
        new Target(
            "Redis commands per refresh", "1", text(redis), Math.abs(redis - 1) < COUNT_TOLERANCE));
    if (!ours.sql().isEmpty()) {
      double more = ours.statementsPerRefresh() - base.statementsPerRefresh();
      targets.add(
          new Target(
              "SQL statements per refresh beyond no rotation",
              "0",
              text(more),
              more < COUNT_TOLERANCE));
    }
    return targets;
  }

  public static List<Target> of(StoreReport report) {
    double largest = report.largestFamily();
    double commands = report.lookUps().stream().mapToDouble(LookUps::commands).max().orElse(0);
    return List.of(
        new Target(
            "bytes per family, index included",
            "at most 400",
            String.format(Locale.ROOT, "%.0f", largest),
            largest <= 400),
        new Target(
            "Redis commands per look-up on the blacklist",
            "1",
            text(commands),
            Math.abs(commands - 1) < COUNT_TOLERANCE),
        growth("look-up at the caller, p50", report, LookUps::p50Micros));
  }

  /** The slot of a user is a checksum of the id: no shard is far from its share. */
  public static List<Target> of(ClusterReport report) {
    return List.of(
        atMost(
            "families of the fullest shard, by those of the emptiest",
            1.05,
            report.unevenness(ClusterReport.Shard::families)),
        none("commands at the wrong shard or across slots", report.misdirected()));
  }

  public static List<Target> of(SoakReport report) {
    return List.of(
        none("false alarms", report.falseAlarms()),
        none("active tokens after a theft or a logout", report.escapes()),
        atMost(
            "memory of Redis, last quarter by first",
            1.10,
            report.growth(SoakReport.Sample::redisBytes)),
        atMost(
            "memory of its keys, last quarter by first",
            1.15,
            report.growth(SoakReport.Sample::stateBytes)),
        atMost(
            "heap of Keycloak after GC, last quarter by first",
            1.15,
            report.growth(SoakReport.Sample::heapBytes)));
  }

  private static Target none(String name, long measured) {
    return new Target(name, "0", Long.toString(measured), measured == 0);
  }

  /** Where the longer list may be no slower at all, the difference is within the noise. */
  private static Target growth(String name, StoreReport report, Function<LookUps, Spread> figure) {
    Spread growth = report.growth(figure);
    return new Target(
        String.format(
            Locale.ROOT,
            "%s, %d entries against %d",
            name,
            report.most().entries(),
            report.fewest().entries()),
        "at most 1.20, or within noise",
        text(growth),
        growth.median() <= 1.2 || growth.low() <= 1);
  }

  private static Target atMost(String name, double limit, double measured) {
    return new Target(name, "at most " + text(limit), text(measured), measured <= limit);
  }

  /** The median decides; its interval shows the precision. */
  private static Target atMost(String name, double limit, Spread measured) {
    return new Target(name, "at most " + text(limit), text(measured), measured.median() <= limit);
  }

  private static Target atLeast(String name, double limit, Spread measured) {
    return new Target(name, "at least " + text(limit), text(measured), measured.median() >= limit);
  }

  private static String text(Spread spread) {
    return String.format(
        Locale.ROOT, "%.2f (%.2f to %.2f)", spread.median(), spread.low(), spread.high());
  }

  private static String text(double value) {
    return String.format(Locale.ROOT, "%.2f", value);
  }
}
