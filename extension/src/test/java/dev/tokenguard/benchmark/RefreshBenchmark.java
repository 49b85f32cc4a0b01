package dev.tokenguard.benchmark;

import dev.tokenguard.benchmark.CommandCount.Pace;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;

/**
 * Measures refreshes at Keycloak's token endpoint, one variant after the other in each round.
 *
 * <p>Every round begins with another variant: what one leaves behind for the next, in the database
 * for example, hits all alike.
 */
final class RefreshBenchmark {

  static final Duration SETTLE = Duration.ofSeconds(3);

  private static final int WARM_UP_PASSES = 2;

  private final BenchmarkOptions options;
  private final Progress progress;

  RefreshBenchmark(BenchmarkOptions options, Progress progress) {
    this.options = options;
    this.progress = progress;
  }

  RefreshReport run() {
    try (Deployment deployment = Deployment.start(options, progress)) {
      warmUp(deployment);
      List<Round> rounds = new ArrayList<>();
      for (int number = 1; number <= options.rounds(); number++) {
        for (Variant variant : orderOf(number)) {
          rounds.add(measure(deployment, variant, number));
        }
      }
      List<CommandCount> counts = new ArrayList<>();
      for (Pace pace : Pace.values()) {
        for (Variant variant : Variant.values()) {
          counts.add(count(deployment, variant, pace));
        }
      }
      if (options.recordsFlight()) {
        recordFlights(deployment);
      }
      return new RefreshReport(deployment.versions(), rounds, counts);
    }
  }

  private void warmUp(Deployment deployment) {
    Duration pass = options.warmUp().dividedBy(WARM_UP_PASSES);
    for (int number = 1; number <= WARM_UP_PASSES && !pass.isZero(); number++) {
      for (Variant variant : Variant.values()) {
        progress.say(
            "Warm-up %d of %d, %s: %d s",
            number, WARM_UP_PASSES, variant.title(), pass.toSeconds());
        load(deployment, variant).refreshFor(pass);
      }
    }
  }

  private Round measure(Deployment deployment, Variant variant, int number) {
    RefreshLoad load = load(deployment, variant);
    CpuMeter cpu = new CpuMeter(deployment.serverOf(variant).pid(), deployment.redis().pid());
    Latencies latencies = load.run(SETTLE, options.round(), cpu::read);
    Round round = Round.of(number, variant, options.round(), latencies, cpu.used());
    progress.say(
        "Round %d of %d, %-20s %6.1f refreshes/s, p95 %5.1f ms, CPU %.3f ms per refresh",
        number,
        options.rounds(),
        variant.title() + ":",
        round.figures().get(Figure.THROUGHPUT),
        round.figures().get(Figure.LATENCY_P95),
        round.figures().get(Figure.KEYCLOAK_CPU));
    return round;
  }

  private CommandCount count(Deployment deployment, Variant variant, Pace pace) {
    CommandCount count = new CountingRun(deployment, options).count(variant, pace);
    progress.say(
        "Counting at %s, %-20s %.2f SQL statements, %.2f Redis commands per refresh",
        pace.title(),
        variant.title() + ":",
        count.statementsPerRefresh(),
        count.commandsPerRefresh());
    return count;
  }

  private void recordFlights(Deployment deployment) {
    for (Variant variant : Variant.values()) {
      RefreshLoad load = load(deployment, variant);
      load.refreshFor(SETTLE);
      Path file = options.output().resolve(variant.name().toLowerCase(Locale.ROOT) + ".jfr");
      progress.say("Flight of %s: %s", variant.title(), file);
      new FlightRecording(deployment.serverOf(variant).pid())
          .record(file, () -> load.refreshFor(options.round()));
    }
  }

  private RefreshLoad load(Deployment deployment, Variant variant) {
    List<RefreshChain> chains =
        BenchmarkRealm.chains(deployment.switchedTo(variant), options.clients());
    chains.forEach(RefreshChain::logIn);
    return new RefreshLoad(chains);
  }

  private static List<Variant> orderOf(int round) {
    List<Variant> order = new ArrayList<>(List.of(Variant.values()));
    Collections.rotate(order, 1 - round);
    return order;
  }
}
