package dev.tokenguard.benchmark.refresh;

import dev.tokenguard.benchmark.Report.Plot;
import dev.tokenguard.benchmark.Report.Table;
import dev.tokenguard.benchmark.Spread;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** What was measured of one kind of request, with each subject. */
final class Measurements {

  /** What is measured in a round. */
  enum Figure {
    RATE("requests per second"),
    P50("latency p50, ms"),
    P95("latency p95, ms"),
    P99("latency p99, ms"),
    CPU("CPU of Keycloak per request, ms"),
    REDIS_CPU("CPU of Redis per request, ms"),
    REDIS_BYTES("bytes from and to Redis per request"),
    REDIS_COMMANDS("commands in Redis per request, those of scripts included"),
    LOAD_CPU("CPU of the load generator per request, ms");

    /** Those that say something as a ratio where not all subjects use Redis. */
    static final List<Figure> OF_KEYCLOAK = List.of(RATE, P50, P95, P99, CPU);

    private final String title;

    Figure(String title) {
      this.title = title;
    }
  }

  /**
   * How fast a session sends requests. Its time stamp counts seconds, and Keycloak writes it in
   * batches: at full speed most refreshes are spared a write that they would cause in real life.
   */
  enum Pace {
    ONE_A_SECOND,
    FULL_SPEED;

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT).replace('_', ' ');
    }
  }

  /**
   * What Keycloak sent to PostgreSQL and Redis for a number of requests, without upkeep.
   *
   * @param sql empty when the server cannot count
   */
  record Count(long requests, Map<String, Long> sql, Map<String, Long> redis) {

    double statementsPerRequest() {
      return perRequest(sql);
    }

    double roundTripsPerRequest() {
      return perRequest(redis);
    }

    private double perRequest(Map<String, Long> calls) {
      return calls.values().stream().mapToDouble(Long::doubleValue).sum() / Math.max(1, requests);
    }
  }

  private final String what;
  private final List<Subject> subjects;
  private final Map<Subject, List<Map<Figure, Double>>> rounds = new LinkedHashMap<>();
  private final Map<Subject, Map<Pace, Count>> counts = new LinkedHashMap<>();

  Measurements(String what, List<Subject> subjects) {
    this.what = what;
    this.subjects = subjects;
    subjects.forEach(subject -> rounds.put(subject, new ArrayList<>()));
    subjects.forEach(subject -> counts.put(subject, new LinkedHashMap<>()));
  }

  void add(Subject subject, Map<Figure, Double> round) {
    rounds.get(subject).add(round);
  }

  void add(Subject subject, Pace pace, Count count) {
    counts.get(subject).put(pace, count);
  }

  Count count(Subject subject, Pace pace) {
    return counts.get(subject).get(pace);
  }

  Spread spread(Subject subject, Figure figure) {
    return Spread.of(rounds.get(subject).stream().map(round -> round.get(figure)).toList());
  }

  /** Within each round: a machine that is slower for a while slows both. */
  Spread ratio(Subject subject, Subject base, Figure figure) {
    return spread(subject, figure).by(spread(base, figure));
  }

  /** For the person who waits. */
  String lastRound() {
    return subjects.stream()
        .map(
            subject -> {
              Map<Figure, Double> last = rounds.get(subject).get(rounds.get(subject).size() - 1);
              return String.format(
                  Locale.ROOT,
                  "%s %.0f/s, %.2f ms",
                  subject.letter(),
                  last.get(Figure.RATE),
                  last.get(Figure.CPU));
            })
        .collect(Collectors.joining("; "));
  }

  /**
   * The figures, and those of the list against the first subject.
   *
   * @param compared the figures that the first subject has as well
   */
  List<Table> tables(List<Figure> compared) {
    Table figures =
        table(
            what + " figures",
            what + ": median of the rounds (its 90 % interval)",
            Plot.NONE,
            subjects);
    for (Figure figure : Figure.values()) {
      row(figures, figure.title, subjects, subject -> spread(subject, figure));
    }
    for (Pace pace : Pace.values()) {
      row(
          figures,
          "SQL statements per request, " + pace,
          subjects,
          subject ->
              count(subject, pace).sql().isEmpty()
                  ? "not counted"
                  : count(subject, pace).statementsPerRequest());
      row(
          figures,
          "Redis round trips per request, " + pace,
          subjects,
          subject -> count(subject, pace).roundTripsPerRequest());
    }
    Subject base = subjects.get(0);
    List<Subject> others = subjects.subList(1, subjects.size());
    Table ratios = table(what, "A " + what + ", with " + base + " = 1", Plot.BARS, others);
    compared.forEach(
        figure -> row(ratios, figure.title, others, subject -> ratio(subject, base, figure)));
    return List.of(figures, ratios);
  }

  static Table table(String name, String title, Plot plot, List<Subject> subjects) {
    return Table.of(
        name,
        title,
        plot,
        Stream.concat(Stream.of(""), subjects.stream().map(Subject::title)).toArray(String[]::new));
  }

  static Table row(
      Table table, String label, List<Subject> subjects, Function<Subject, Object> cell) {
    return table.row(Stream.concat(Stream.of(label), subjects.stream().map(cell)).toArray());
  }

  /** Each statement and command. */
  Map<String, Object> details() {
    Map<String, Object> details = new LinkedHashMap<>();
    counts.forEach((subject, count) -> details.put(subject.title(), count));
    return details;
  }
}
