package dev.tokenguard.benchmark.refresh;

import dev.tokenguard.benchmark.Options;
import dev.tokenguard.benchmark.Options.Sharing;
import dev.tokenguard.benchmark.Progress;
import dev.tokenguard.benchmark.Report;
import dev.tokenguard.benchmark.Report.Plot;
import dev.tokenguard.benchmark.Report.Table;
import dev.tokenguard.benchmark.Report.Target;
import dev.tokenguard.benchmark.Spread;
import dev.tokenguard.benchmark.refresh.Measurements.Count;
import dev.tokenguard.benchmark.refresh.Measurements.Figure;
import dev.tokenguard.benchmark.refresh.Measurements.Pace;
import dev.tokenguard.benchmark.refresh.Subject.Chain;
import dev.tokenguard.testbed.keycloak.KeycloakServer;
import dev.tokenguard.testbed.process.Commands;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.HdrHistogram.Histogram;

/**
 * Measures requests at Keycloak's token endpoint, one subject after the other in each round.
 *
 * <p>Rounds are short and many: machines, virtual ones above all, run slower and faster by turns,
 * and only what is measured close together can be compared.
 */
public final class EndpointBenchmark {

  private static final Duration SETTLE = Duration.ofMillis(250);
  private static final Duration FULL_SPEED = Duration.ofSeconds(5);
  private static final Duration BETWEEN_STEPS = Duration.ofMillis(1100);
  private static final int WARM_UP_PASSES = 4;
  private static final int LOGOUTS = 5;
  private static final int FAMILIES = 31;
  private static final Pattern ROUND_TRIPS =
      Pattern.compile("(?m)^token_guard_redis_seconds_count\\{operation=\"([^\"]+)\"} (\\S+)");

  private final Options options;
  private final Deployment deployment;
  private final List<Subject> subjects;

  private EndpointBenchmark(Options options, Deployment deployment) {
    this.options = options;
    this.deployment = deployment;
    this.subjects = deployment.subjects();
  }

  /** Refreshes without rotation, with built-in rotation, and with Token Guard. */
  public static Report ofRotations(Options options) {
    try (Deployment deployment = Deployment.ofRotations(options)) {
      EndpointBenchmark benchmark = new EndpointBenchmark(options, deployment);
      benchmark.divideCores();
      Measurements refreshes = benchmark.measure("refresh", Chain::refresh);
      return new Report(
          deployment.versions(),
          refreshes.tables(Figure.OF_KEYCLOAK),
          benchmark.targets(refreshes),
          Map.of("refresh counts", refreshes.details()));
    }
  }

  /** Refreshes, logins and a logout with another JAR and with this one. */
  public static Report ofJars(Options options) {
    try (Deployment deployment = Deployment.ofJars(options)) {
      EndpointBenchmark benchmark = new EndpointBenchmark(options, deployment);
      benchmark.divideCores();
      Measurements refreshes = benchmark.measure("refresh", Chain::refresh);
      Measurements logins = benchmark.measure("login", Chain::logIn);
      List<Table> tables = new ArrayList<>(refreshes.tables(List.of(Figure.values())));
      tables.addAll(logins.tables(List.of(Figure.values())));
      tables.add(benchmark.logouts());
      return new Report(
          deployment.versions(),
          tables,
          List.of(),
          Map.of("refresh counts", refreshes.details(), "login counts", logins.details()));
    }
  }

  private Measurements measure(String what, Consumer<Chain> request) {
    Measurements measurements = new Measurements(what, subjects);
    // First: many logins of a user reach the limit of families, and each one more revokes another.
    for (Subject subject : subjects) {
      for (Pace pace : Pace.values()) {
        measurements.add(subject, pace, count(subject, request, pace));
      }
    }
    Map<Subject, Load> loads =
        subjects.stream().collect(Collectors.toMap(it -> it, it -> new Load(chains(it), request)));
    Duration pass = Duration.ofSeconds(options.warmUp()).dividedBy(WARM_UP_PASSES);
    for (int number = 1; number <= WARM_UP_PASSES && !pass.isZero(); number++) {
      Progress.say(
          "%s: warm-up %d of %d, %d s each", what, number, WARM_UP_PASSES, pass.toSeconds());
      subjects.forEach(subject -> loads.get(subject).runFor(pass));
    }
    for (int number = 1; number <= options.rounds(); number++) {
      for (Subject subject : orderOf(number, subjects)) {
        measurements.add(subject, round(subject, loads.get(subject)));
      }
      Progress.say(
          "%s: round %d of %d: %s", what, number, options.rounds(), measurements.lastRound());
    }
    return measurements;
  }

  private Map<Figure, Double> round(Subject subject, Load load) {
    Duration time = Duration.ofSeconds(options.round());
    Meter meter = new Meter(subject);
    Histogram taken = load.run(SETTLE, time, meter::read);
    double millis = TimeUnit.MILLISECONDS.toNanos(1);
    Map<Figure, Double> figures = new EnumMap<>(Figure.class);
    meter.used.forEach(
        (figure, used) -> figures.put(figure, used / Math.max(1, taken.getTotalCount())));
    figures.put(Figure.RATE, (double) taken.getTotalCount() / time.toSeconds());
    figures.put(Figure.P50, taken.getValueAtPercentile(50) / millis);
    figures.put(Figure.P95, taken.getValueAtPercentile(95) / millis);
    figures.put(Figure.P99, taken.getValueAtPercentile(99) / millis);
    return figures;
  }

  /**
   * In as many rounds as there are subjects, each comes after every other one once (a Latin square
   * of Williams): what one leaves behind for the next hits all alike.
   */
  static <T> List<T> orderOf(int round, List<T> all) {
    List<T> order = new ArrayList<>();
    for (int place = 0; place < all.size(); place++) {
      int step = place % 2 == 0 ? all.size() - place / 2 : (place + 1) / 2;
      order.add(all.get((round - 1 + step) % all.size()));
    }
    return order;
  }

  /** Apart from the rounds, because counting takes time. */
  private Count count(Subject subject, Consumer<Chain> request, Pace pace) {
    Postgres postgres = deployment.postgres();
    List<Chain> chains = chains(subject);
    chains.forEach(request);
    pause();
    boolean countsSql = postgres.canCountStatements();
    if (countsSql) {
      postgres.countStatements(true);
      pause();
    }
    Map<String, Long> before = roundTrips(subject);
    long requests = (long) options.steps() * chains.size();
    if (pace == Pace.FULL_SPEED) {
      requests = new Load(chains, request).runFor(FULL_SPEED);
    } else {
      for (int step = 0; step < options.steps(); step++) {
        chains.forEach(request);
        pause();
      }
    }
    // Keycloak writes sessions behind the answer, in batches.
    pause();
    Map<String, Long> sql = countsSql ? postgres.statements(subject.database()) : Map.of();
    if (countsSql) {
      postgres.countStatements(false);
    }
    return new Count(requests, sql, since(before, roundTrips(subject)));
  }

  private List<Chain> chains(Subject subject) {
    return subject.chains(options.clients(), options.wantsIdTokens() ? "openid" : "profile");
  }

  /** An administrator logs out a user with many families. */
  private Table logouts() {
    Map<Subject, List<Double>> millis = new HashMap<>();
    Map<Subject, Map<String, Long>> roundTrips = new HashMap<>();
    for (int number = 1; number <= LOGOUTS; number++) {
      for (Subject subject : orderOf(number, subjects)) {
        String user = "logout" + number;
        String id = subject.admin().createUser(user, Subject.PASSWORD);
        Chain chain = subject.chain(user, "openid");
        for (int family = 0; family < FAMILIES; family++) {
          chain.logIn();
        }
        // A login of the very second is marked by its id, in one more round trip.
        pause();
        Map<String, Long> before = roundTrips(subject);
        long begin = System.nanoTime();
        subject.admin().logoutUser(id).orFail();
        millis
            .computeIfAbsent(subject, it -> new ArrayList<>())
            .add((System.nanoTime() - begin) / 1e6);
        pause();
        roundTrips.put(subject, since(before, roundTrips(subject)));
      }
    }
    String title = "logout of a user with " + FAMILIES + " families";
    return Measurements.row(
        Measurements.row(
            Measurements.table("logout", title, Plot.NONE, subjects),
            "time, ms",
            subjects,
            it -> Spread.of(millis.get(it))),
        "Redis round trips",
        subjects,
        it -> roundTrips.get(it).toString());
  }

  private static Map<String, Long> since(Map<String, Long> before, Map<String, Long> after) {
    Map<String, Long> calls = new TreeMap<>(after);
    calls.replaceAll((operation, count) -> count - before.getOrDefault(operation, 0L));
    calls.values().removeIf(count -> count == 0);
    return calls;
  }

  /**
   * As Token Guard counts them: the sum of the nodes, by operation, without the checks that are
   * made once a second.
   */
  private static Map<String, Long> roundTrips(Subject subject) {
    Map<String, Long> calls = new TreeMap<>();
    for (KeycloakServer node : subject.nodes()) {
      Matcher counts = ROUND_TRIPS.matcher(node.metrics());
      while (counts.find()) {
        calls.merge(counts.group(1), (long) Double.parseDouble(counts.group(2)), Long::sum);
      }
    }
    calls.keySet().removeAll(Set.of("heartbeat", "ping", "latest-expiry"));
    return calls;
  }

  private List<Target> targets(Measurements refreshes) {
    Subject none = subjects.get(0);
    Subject builtIn = subjects.get(1);
    Subject ours = subjects.get(2);
    Count count = refreshes.count(ours, Pace.ONE_A_SECOND);
    List<Target> targets = new ArrayList<>();
    targets.add(
        Target.atMost(
            "CPU of Keycloak, against no rotation", 1.05, refreshes.ratio(ours, none, Figure.CPU)));
    targets.add(
        Target.atLeast(
            "refreshes per second, against no rotation",
            0.95,
            refreshes.ratio(ours, none, Figure.RATE)));
    targets.add(
        Target.atLeast(
            "refreshes per second, against built-in rotation",
            1.4,
            refreshes.ratio(ours, builtIn, Figure.RATE)));
    targets.add(
        Target.atLeast(
            "CPU of built-in rotation, against Token Guard",
            1.4,
            refreshes.ratio(builtIn, ours, Figure.CPU)));
    targets.add(Target.exactly("Redis round trips per refresh", 1, count.roundTripsPerRequest()));
    if (!count.sql().isEmpty()) {
      targets.add(
          Target.atMost(
              "SQL statements per refresh beyond no rotation",
              Target.COUNT_TOLERANCE,
              count.statementsPerRequest()
                  - refreshes.count(none, Pace.ONE_A_SECOND).statementsPerRequest()));
    }
    return targets;
  }

  /**
   * Assigns the cores of this machine in two halves, one for Keycloak, one for the database, Redis
   * and the load. So the throughput is that of Keycloak, as where the others run on machines of
   * their own. Needs Linux and {@code taskset} (util-linux).
   */
  private void divideCores() {
    if (options.cores() == Sharing.SHARED) {
      return;
    }
    int cores = Runtime.getRuntime().availableProcessors();
    if (cores < 2) {
      throw new IllegalStateException("One core cannot be divided; try -Dbench.cores=shared");
    }
    String ofKeycloak = "0-" + (cores / 2 - 1);
    String ofOthers = cores / 2 + "-" + (cores - 1);
    Set<Long> keycloak =
        subjects.stream()
            .flatMap(subject -> subject.nodes().stream())
            .map(KeycloakServer::pid)
            .collect(Collectors.toSet());
    ProcessHandle own = ProcessHandle.current();
    assign(ofOthers, own);
    // With all their threads; later processes inherit it.
    own.descendants()
        .forEach(it -> assign(keycloak.contains(it.pid()) ? ofKeycloak : ofOthers, it));
    Progress.say("Cores: %s for Keycloak, %s for the rest", ofKeycloak, ofOthers);
  }

  private static void assign(String cores, ProcessHandle process) {
    String pid = String.valueOf(process.pid());
    try {
      Commands.run("taskset", "--all-tasks", "--cpu-list", "--pid", cores, pid);
    } catch (UncheckedIOException | IllegalStateException failed) {
      if (process.isAlive()) {
        throw new IllegalStateException(
            "The cores cannot be divided here; try -Dbench.cores=shared", failed);
      }
    }
  }

  private static void pause() {
    try {
      TimeUnit.NANOSECONDS.sleep(BETWEEN_STEPS.toNanos());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("Interrupted", e);
    }
  }

  /**
   * The CPU in milliseconds, user and kernel, and the bytes that were used between two readings.
   */
  private static final class Meter {

    private static final Pattern BYTES = Pattern.compile("total_net_(?:in|out)put_bytes:(\\d+)");
    private static final Pattern COMMANDS = Pattern.compile("total_commands_processed:(\\d+)");

    private final Subject subject;
    private final Map<Figure, Double> used = new EnumMap<>(Figure.class);

    Meter(Subject subject) {
      this.subject = subject;
    }

    void read() {
      put(Figure.CPU, subject.nodes().stream().mapToDouble(node -> cpuOf(node.pid())).sum());
      put(Figure.REDIS_CPU, cpuOf(subject.redis().pid()));
      put(Figure.LOAD_CPU, cpuOf(ProcessHandle.current().pid()));
      String stats = subject.redis().execute(redis -> redis.info("stats"));
      put(Figure.REDIS_BYTES, sum(BYTES, stats));
      put(Figure.REDIS_COMMANDS, sum(COMMANDS, stats));
    }

    private static double sum(Pattern pattern, String stats) {
      return pattern
          .matcher(stats)
          .results()
          .mapToDouble(each -> Double.parseDouble(each.group(1)))
          .sum();
    }

    private void put(Figure figure, double reading) {
      used.merge(figure, reading, (before, now) -> now - before);
    }

    private static double cpuOf(long pid) {
      return ProcessHandle.of(pid)
              .flatMap(process -> process.info().totalCpuDuration())
              .orElseThrow(
                  () -> new IllegalStateException("This system does not report the CPU of " + pid))
              .toNanos()
          / 1e6;
    }
  }
}
