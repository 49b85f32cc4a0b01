package dev.tokenguard.benchmark;

import dev.tokenguard.benchmark.Report.Plot;
import dev.tokenguard.benchmark.Report.Table;
import dev.tokenguard.benchmark.Report.Target;
import dev.tokenguard.faults.Soak;
import dev.tokenguard.faults.SoakReport;
import dev.tokenguard.faults.SoakReport.Sample;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/** Honest clients and thieves for a set time: no false alarm, no escape, no memory that grows. */
final class SoakBenchmark {

  private SoakBenchmark() {}

  static Report run(Options options) {
    return report(
        new Soak(
                Duration.ofSeconds(options.soakWarmUp()),
                Duration.ofSeconds(options.soak()),
                options.soakFamilies(),
                text -> Progress.say("%s", text))
            .run());
  }

  static Report report(SoakReport soak) {
    Table families =
        Table.of("soak", "soak", Plot.NONE, "families", "number", "violations")
            .row("honest", soak.honest(), soak.falseAlarms())
            .row("logged out", soak.loggedOut(), "")
            .row("stolen from", soak.thefts(), soak.escapes());
    soak.violations().forEach(violation -> families.row(violation, "", ""));
    Table requests =
        Table.of("soak requests", "answers", Plot.NONE, "requests", "number")
            .row("all", soak.requests())
            .row("postponed (503)", soak.postponed())
            .row("refused to honest clients", soak.refused());
    Table memory =
        Table.of("soak memory", "memory", Plot.NONE, "memory", "mean, kB", "last by first");
    double redis = soak.growth(Sample::redisBytes);
    double keys = soak.growth(Sample::stateBytes);
    double heap = soak.growth(Sample::heapBytes);
    memory.row("Redis", soak.mean(Sample::redisBytes) / 1e3, redis);
    memory.row("its keys", soak.mean(Sample::stateBytes) / 1e3, keys);
    memory.row("heap of Keycloak after GC", soak.mean(Sample::heapBytes) / 1e3, heap);
    return new Report(
        Map.of(),
        List.of(families, requests, memory),
        List.of(
            Target.exactly("false alarms", 0, soak.falseAlarms()),
            Target.exactly("active tokens after a theft or a logout", 0, soak.escapes()),
            Target.atMost("memory of Redis, last quarter by first", 1.10, redis),
            Target.atMost("memory of its keys, last quarter by first", 1.15, keys),
            Target.atMost("heap of Keycloak after GC, last quarter by first", 1.15, heap)),
        Map.of("soak samples", soak.samples()));
  }
}
