package dev.tokenguard.benchmark.refresh;

import dev.tokenguard.benchmark.refresh.CommandCount.CountingRun;
import dev.tokenguard.benchmark.refresh.CommandCount.Pace;
import dev.tokenguard.benchmark.refresh.RefreshLoad.CpuMeter;
import dev.tokenguard.benchmark.refresh.RefreshReport.Round;
import dev.tokenguard.benchmark.support.BenchmarkFailure;
import dev.tokenguard.benchmark.support.BenchmarkOptions;
import dev.tokenguard.benchmark.support.BenchmarkOptions.Sharing;
import dev.tokenguard.benchmark.support.Latencies;
import dev.tokenguard.benchmark.support.Progress;
import dev.tokenguard.testbed.keycloak.KeycloakServer;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Measures refreshes at Keycloak's token endpoint, one variant after the other in each round.
 *
 * <p>Rounds are short and many: machines, virtual ones above all, run slower and faster by turns,
 * and only what is measured close together can be compared.
 */
public final class RefreshBenchmark {

  public static final Duration SETTLE = Duration.ofMillis(250);

  private static final int WARM_UP_PASSES = 4;

  private final BenchmarkOptions options;
  private final Progress progress;

  public RefreshBenchmark(BenchmarkOptions options, Progress progress) {
    this.options = options;
    this.progress = progress;
  }

  public RefreshReport run() {
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

  /**
   * In as many rounds as there are variants, each comes after every other one once (a Latin square
   * of Williams): what one leaves behind for the next hits all alike.
   */
  public static List<Variant> orderOf(int round) {
    Variant[] all = Variant.values();
    List<Variant> order = new ArrayList<>();
    for (int place = 0; place < all.length; place++) {
      int step = place % 2 == 0 ? all.length - place / 2 : (place + 1) / 2;
      order.add(all[(round - 1 + step) % all.length]);
    }
    return order;
  }

  /**
   * The cores of this machine in two halves: one for Keycloak, one for the database, Redis and the
   * load. So the throughput is that of Keycloak, as where the others run on machines of their own.
   * Needs Linux and {@code taskset} (util-linux).
   */
  public static final class Cores {

    private static final String COMMAND = "taskset";

    private final String ofKeycloak;
    private final String ofOthers;

    private Cores(String ofKeycloak, String ofOthers) {
      this.ofKeycloak = ofKeycloak;
      this.ofOthers = ofOthers;
    }

    /** Empty where there is one core only, or no command to assign them. */
    public static Optional<Cores> inHalves() {
      int all = Runtime.getRuntime().availableProcessors();
      return all < 2 || !succeeds(COMMAND, "--version")
          ? Optional.empty()
          : Optional.of(new Cores(range(0, all / 2 - 1), range(all / 2, all - 1)));
    }

    /** Assigns all processes of this benchmark, with all their threads; later ones inherit it. */
    public void assign(Collection<Long> keycloak) {
      assign(ofOthers, ProcessHandle.current().pid());
      ProcessHandle.current()
          .descendants()
          .filter(ProcessHandle::isAlive)
          .forEach(it -> assign(keycloak.contains(it.pid()) ? ofKeycloak : ofOthers, it.pid()));
    }

    @Override
    public String toString() {
      return ofKeycloak + " for Keycloak, " + ofOthers + " for the rest";
    }

    private static void assign(String cores, long pid) {
      boolean isDone = succeeds(COMMAND, "--all-tasks", "--cpu-list", "--pid", cores, "" + pid);
      if (!isDone && ProcessHandle.of(pid).filter(ProcessHandle::isAlive).isPresent()) {
        throw new BenchmarkFailure(
            "Process "
                + pid
                + " could not be given the cores "
                + cores
                + "; try -Dbench.cores=shared");
      }
    }

    private static boolean succeeds(String... command) {
      try {
        return new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start()
                .waitFor()
            == 0;
      } catch (IOException absent) {
        return false;
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new BenchmarkFailure("Interrupted", e);
      }
    }

    private static String range(int first, int last) {
      return first == last ? "" + first : first + "-" + last;
    }
  }
}
