package dev.tokenguard.benchmark;

import dev.tokenguard.benchmark.Results.Machine;
import dev.tokenguard.benchmark.refresh.RefreshBenchmark;
import dev.tokenguard.benchmark.refresh.RefreshReport;
import dev.tokenguard.benchmark.store.ClusterBenchmark;
import dev.tokenguard.benchmark.store.ClusterBenchmark.ClusterReport;
import dev.tokenguard.benchmark.store.StoreBenchmark;
import dev.tokenguard.benchmark.store.StoreBenchmark.StoreReport;
import dev.tokenguard.benchmark.store.VolumeBenchmark;
import dev.tokenguard.benchmark.support.BenchmarkFailure;
import dev.tokenguard.benchmark.support.BenchmarkOptions;
import dev.tokenguard.benchmark.support.Progress;
import dev.tokenguard.config.InvalidSettingException;
import dev.tokenguard.faults.Soak;
import dev.tokenguard.faults.SoakReport;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;

/** {@code mvn -Pbench}; {@code mvn -Pbench -Dbench.help} explains it. */
public final class Benchmark {

  private final BenchmarkOptions options;
  private final Progress progress = new Progress();

  private Benchmark(BenchmarkOptions options) {
    this.options = options;
  }

  public static void main(String[] args) {
    Properties given = System.getProperties();
    if (BenchmarkOptions.asksForHelp(given)) {
      System.out.println(BenchmarkOptions.help());
    } else {
      new Benchmark(understood(given)).run();
    }
  }

  private static BenchmarkOptions understood(Properties given) {
    Set<String> unknown = BenchmarkOptions.unknownNames(given);
    if (!unknown.isEmpty()) {
      throw new BenchmarkFailure(
          "There is no option bench."
              + String.join(", bench.", unknown)
              + "; mvn -Pbench -Dbench.help shows what there is.");
    }
    try {
      return BenchmarkOptions.parse(given);
    } catch (InvalidSettingException invalid) {
      throw new BenchmarkFailure("bench." + invalid.getMessage());
    }
  }

  private void run() {
    Machine machine = Machine.here();
    progress.say("%s", machine.text());
    if (options.measuresVolume()) {
      new VolumeBenchmark(progress).run();
      return;
    }
    makeOutputFolder();
    progress.say("This takes about %d minutes.", options.expected().toMinutes() + 1);
    Optional<StoreReport> store =
        options.measuresStore()
            ? Optional.of(new StoreBenchmark(options, progress).run())
            : Optional.empty();
    Optional<RefreshReport> refresh =
        options.measuresRefresh()
            ? Optional.of(new RefreshBenchmark(options, progress).run())
            : Optional.empty();
    Optional<ClusterReport> cluster =
        options.measuresCluster()
            ? Optional.of(new ClusterBenchmark(options, progress).run())
            : Optional.empty();
    Optional<SoakReport> soak = options.soaks() ? Optional.of(soak()) : Optional.empty();
    Results results = new Results(machine, options, refresh, store, cluster, soak);
    System.out.println(new ResultsTable().of(results));
    try {
      write(results);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    progress.say("Written to %s", options.output());
    if (options.soaks() && !results.targets().stream().allMatch(Target::isReached)) {
      throw new BenchmarkFailure("The soak did not hold, see the table above.");
    }
  }

  private SoakReport soak() {
    return new Soak(
            options.soakWarmUp(),
            options.soak(),
            options.soakFamilies(),
            text -> progress.say("%s", text))
        .run();
  }

  /** At once: it would be a pity to find out at the end that it cannot be made. */
  private void makeOutputFolder() {
    try {
      Files.createDirectories(options.output());
    } catch (IOException e) {
      throw new BenchmarkFailure("The folder " + options.output() + " cannot be made", e);
    }
  }

  private void write(Results results) throws IOException {
    Path folder = options.output();
    Files.writeString(folder.resolve("results.json"), results.json());
    try {
      if (results.refresh().isPresent()) {
        ResultsPlot.draw(results.refresh().get(), folder.resolve("refresh.png"));
      }
      if (results.store().isPresent()) {
        ResultsPlot.draw(results.store().get(), folder.resolve("store.png"));
        ResultsPlot.drawLookUps(results.store().get(), folder.resolve("blacklist.png"));
      }
    } catch (LinkageError | RuntimeException noFonts) {
      progress.say("No plots: this Java cannot draw text, as without fontconfig (%s)", noFonts);
    }
  }
}
