package dev.tokenguard.benchmark;

import dev.tokenguard.benchmark.BenchmarkOptions.Sharing;
import dev.tokenguard.benchmark.CommandCount.Pace;
import dev.tokenguard.testbed.keycloak.KeycloakServer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Measures refreshes at Keycloak's token endpoint, one variant after the other in each round.
 *
 * <p>Rounds are short and many: machines, virtual ones above all, run slower and faster by turns,
 * and only what is measured close together can be compared.
 */
final class RefreshBenchmark {

  static final Duration SETTLE = Duration.ofMillis(250);
  static final Duration FLIGHT = Duration.ofSeconds(20);

  private static final int WARM_UP_PASSES = 4;

  private final BenchmarkOptions options;
  private final Progress progress;

  RefreshBenchmark(BenchmarkOptions options, Progress progress) {
    this.options = options;
    this.progress = progress;
  }

  RefreshReport run() {
    try (Deployment deployment = Deployment.start(options, progress)) {
      shareCores(deployment);
      Map<Variant, RefreshLoad> loads = new EnumMap<>(Variant.class);
      for (Variant variant : Variant.values()) {
        loads.put(variant, new RefreshLoad(deployment.chains(variant, options)));
      }
      warmUp(loads);
      List<Round> rounds = new ArrayList<>();
      for (int number = 1; number <= options.rounds(); number++) {
        rounds.addAll(measure(deployment, loads, number));
      }
      List<CommandCount> counts = new ArrayList<>();
      for (Pace pace : Pace.values()) {
        for (Variant variant : Variant.values()) {
          counts.add(count(deployment, variant, pace));
        }
      }
      if (options.recordsFlight()) {
        recordFlights(deployment, loads);
      }
      return new RefreshReport(deployment.versions(), rounds, counts);
    }
  }

  private void shareCores(Deployment deployment) {
    if (options.cores() == Sharing.SHARED) {
      return;
    }
    Cores cores =
        Cores.inHalves()
            .orElseThrow(
                () ->
                    new BenchmarkFailure(
                        "The cores cannot be divided here: it takes two, Linux and taskset. Try"
                            + " -Dbench.cores=shared"));
    Set<Long> keycloak = new HashSet<>();
    for (Variant variant : Variant.values()) {
      deployment.nodesOf(variant).forEach(node -> keycloak.add(node.pid()));
    }
    cores.assign(keycloak);
    progress.say("Cores: %s", cores);
  }

  private void warmUp(Map<Variant, RefreshLoad> loads) {
    Duration pass = options.warmUp().dividedBy(WARM_UP_PASSES);
    for (int number = 1; number <= WARM_UP_PASSES && !pass.isZero(); number++) {
      progress.say(
          "Warm-up %d of %d: %d s",
          number, WARM_UP_PASSES, pass.toSeconds() * Variant.values().length);
      loads.values().forEach(load -> load.refreshFor(pass));
    }
  }

  private List<Round> measure(Deployment deployment, Map<Variant, RefreshLoad> loads, int number) {
    List<Round> rounds = new ArrayList<>();
    for (Variant variant : orderOf(number)) {
      CpuMeter cpu =
          new CpuMeter(
              deployment.nodesOf(variant).stream().map(KeycloakServer::pid).toList(),
              deployment.redis().pid());
      Latencies latencies = loads.get(variant).run(SETTLE, options.round(), cpu::read);
      rounds.add(Round.of(number, variant, options.round(), latencies, cpu.used()));
    }
    progress.say(
        "Round %d of %d: %s",
        number,
        options.rounds(),
        rounds.stream()
            .sorted(Comparator.comparing(Round::variant))
            .map(Round::text)
            .collect(Collectors.joining("; ")));
    return rounds;
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

  private void recordFlights(Deployment deployment, Map<Variant, RefreshLoad> loads) {
    loads.forEach(
        (variant, load) -> {
          Path file = options.output().resolve(variant.name().toLowerCase(Locale.ROOT) + ".jfr");
          progress.say("Flight of %s: %s", variant.title(), file);
          new FlightRecording(deployment.nodesOf(variant).get(0).pid())
              .record(file, () -> load.refreshFor(FLIGHT));
        });
  }

  /**
   * In as many rounds as there are variants, each comes after every other one once (a Latin square
   * of Williams): what one leaves behind for the next hits all alike.
   */
  static List<Variant> orderOf(int round) {
    Variant[] all = Variant.values();
    List<Variant> order = new ArrayList<>();
    for (int place = 0; place < all.length; place++) {
      int step = place % 2 == 0 ? all.length - place / 2 : (place + 1) / 2;
      order.add(all[(round - 1 + step) % all.length]);
    }
    return order;
  }
}
