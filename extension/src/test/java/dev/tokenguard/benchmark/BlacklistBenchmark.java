package dev.tokenguard.benchmark;

import dev.tokenguard.testbed.redis.RedisServer;
import java.util.ArrayList;
import java.util.List;

/**
 * Measures the look-up of access tokens on blacklists of several sizes. Each has a database of its
 * own in one Redis, so that all are there at the same time and are measured by turns.
 */
final class BlacklistBenchmark {

  private static final int ROUNDS = 9;

  private final BenchmarkOptions options;
  private final Progress progress;
  private final RedisServer server;
  private final RedisFigures figures;

  BlacklistBenchmark(
      BenchmarkOptions options, Progress progress, RedisServer server, RedisFigures figures) {
    this.options = options;
    this.progress = progress;
    this.server = server;
    this.figures = figures;
  }

  List<StoreReport.LookUps> run() {
    List<FilledBlacklist> lists = new ArrayList<>();
    try {
      for (int entries : options.levels()) {
        progress.say("Blacklist with %,d entries: filling", entries);
        lists.add(FilledBlacklist.of(entries, server, lists.size() + 1, figures));
      }
      int lookUps = Math.max(1, options.rotations() / ROUNDS);
      lists.forEach(list -> list.lookUp(lookUps));
      for (int round = 0; round < ROUNDS; round++) {
        lists.forEach(list -> list.measure(lookUps));
      }
      List<StoreReport.LookUps> reports = lists.stream().map(FilledBlacklist::report).toList();
      reports.forEach(this::tell);
      return reports;
    } finally {
      lists.forEach(FilledBlacklist::close);
      figures.forgetAll();
    }
  }

  private void tell(StoreReport.LookUps report) {
    progress.say(
        "Blacklist with %,d entries: look-up %.1f µs in Redis; caller p50 %.0f µs, p99 %.0f µs; %.0f"
            + " bytes per entry",
        report.entries(),
        report.serverMicros().median(),
        report.p50Micros().median(),
        report.p99Micros(),
        report.bytesPerEntry());
  }
}
