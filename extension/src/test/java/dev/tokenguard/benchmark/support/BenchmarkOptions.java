package dev.tokenguard.benchmark.support;

import static dev.tokenguard.config.Setting.choice;
import static dev.tokenguard.config.Setting.flag;
import static dev.tokenguard.config.Setting.number;
import static dev.tokenguard.config.Setting.text;

import dev.tokenguard.benchmark.refresh.RefreshBenchmark;
import dev.tokenguard.benchmark.refresh.Variant;
import dev.tokenguard.config.InvalidSettingException;
import dev.tokenguard.config.Setting;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** What to measure and for how long. Given as {@code -Dbench.<name>=<value>}. */
public record BenchmarkOptions(
    Part part,
    int nodes,
    Sharing cores,
    int clients,
    boolean wantsIdTokens,
    int rounds,
    Duration round,
    Duration warmUp,
    int steps,
    int families,
    int rotations,
    int clusterFamilies,
    Duration soak,
    Duration soakWarmUp,
    int soakFamilies,
    Optional<String> postgresUrl,
    Path output) {

  /** Who shares the cores of the machine. */
  public enum Sharing {
    APART,
    SHARED
  }

  /** Which benchmark to run. */
  public enum Part {
    ALL,
    REFRESH,
    STORE,
    CLUSTER,
    /** Not among all: it looks for faults, and takes as long as it is given. */
    SOAK,
    /** Not among all: one user with very many families. */
    VOLUME
  }

  private static final int SMALLEST = 10_000;

  private static final String PREFIX = "bench.";
  private static final String HELP = PREFIX + "help";

  private static final Setting<Part> PART =
      choice(
          "part",
          "refresh measures Keycloak's token endpoint, store measures Redis alone, cluster measures how"
              + " families spread over a Redis Cluster. soak is not among all: honest clients and"
              + " thieves at one Keycloak for a set time; false alarms, thieves that escape and memory"
              + " that grows make it fail.",
          Part.class,
          Part.ALL);
  private static final Setting<Integer> NODES =
      number(
          "nodes",
          "How many Keycloak nodes with the JAR form a cluster; the clients refresh at the first.",
          "nodes",
          1,
          4,
          2);
  private static final Setting<Sharing> CORES =
      choice(
          "cores",
          "apart gives Keycloak one half of the cores and everything else the other, as on machines of"
              + " their own; it needs Linux and taskset. shared lets all take what they get.",
          Sharing.class,
          Sharing.APART);
  private static final Setting<Integer> CLIENTS =
      number(
          "clients",
          "How many clients refresh at the same time, each its own token, as fast as it is answered.",
          "clients",
          1,
          64,
          8);
  private static final Setting<Boolean> ID_TOKEN =
      flag(
          "id-token",
          "Whether clients ask for an ID token, as OpenID Connect has it. It is signed anew at each"
              + " refresh, which takes about a quarter of Keycloak's CPU; without, clients are of OAuth"
              + " 2.0 alone.",
          true);
  private static final Setting<Integer> ROUNDS =
      number("rounds", "How often each variant is measured.", "rounds", 1, 500, 40);
  private static final Setting<Integer> ROUND =
      number("round", "How long one variant is measured in one round.", "seconds", 1, 120, 2);
  private static final Setting<Integer> WARM_UP =
      number(
          "warm-up",
          "How long each variant runs before the first round, so that Java has compiled it.",
          "seconds",
          0,
          600,
          150);
  private static final Setting<Integer> STEPS =
      number(
          "steps",
          "How many refreshes of each client are counted in SQL statements and Redis commands. They"
              + " are a second apart.",
          "refreshes",
          1,
          60,
          12);
  private static final Setting<Integer> FAMILIES =
      number(
          "families",
          "The largest number of families in Redis, and of entries on the blacklist; smaller ones are"
              + " 10,000 and ten times as many each. A million families take about 400 MB.",
          "families",
          1_000,
          5_000_000,
          1_000_000);
  private static final Setting<Integer> ROTATIONS =
      number(
          "rotations",
          "How many rotations are timed at each number of families, and how many look-ups at each"
              + " number of entries.",
          "rotations",
          1_000,
          1_000_000,
          30_000);
  private static final Setting<Integer> CLUSTER_FAMILIES =
      number(
          "cluster-families",
          "The number of families in the Cluster.",
          "families",
          1_000,
          1_000_000,
          100_000);
  private static final Setting<Integer> SOAK_TIME =
      number("soak", "How long the soak lasts after its warm-up.", "seconds", 20, 1_800, 300);
  private static final Setting<Integer> SOAK_WARM_UP =
      number(
          "soak-warm-up",
          "How long the soak runs before its memory is looked at. Until families are forgotten as fast"
              + " as others begin there are more from minute to minute.",
          "seconds",
          0,
          1_800,
          300);
  private static final Setting<Integer> SOAK_FAMILIES =
      number(
          "soak-families",
          "How many families are active at a time in the soak.",
          "families",
          20,
          1_000,
          300);
  private static final Setting<Optional<String>> POSTGRES_URL =
      text(
          "postgres.url",
          "A PostgreSQL to use instead of the embedded one. Its user must be a superuser:"
              + " two databases are made and dropped again.",
          "jdbc:postgresql://host:port/database?user=...&password=...",
          "",
          BenchmarkOptions::postgresUrl);
  private static final Setting<String> OUTPUT =
      text(
          "output",
          "The folder for results.json and the plots. Without it: extension/target/benchmark.",
          "a folder",
          "",
          given -> given.isEmpty() ? System.getProperty("benchmark.folder") : given);

  /** All options, in the order in which they are explained. */
  public static final List<Setting<?>> SETTINGS =
      List.of(
          PART,
          NODES,
          CORES,
          CLIENTS,
          ID_TOKEN,
          ROUNDS,
          ROUND,
          WARM_UP,
          STEPS,
          FAMILIES,
          ROTATIONS,
          CLUSTER_FAMILIES,
          SOAK_TIME,
          SOAK_WARM_UP,
          SOAK_FAMILIES,
          POSTGRES_URL,
          OUTPUT);

  private static final String HELP_TEXT =
      """
      mvn -Pbench [-Dbench.<option>=<value> ...]

      Measures what refresh-token rotation costs. It starts a PostgreSQL, a Redis and Keycloak in
      production mode on loopback ports, and stops them again.

      1. Refreshes at the token endpoint: without rotation, with built-in rotation and with Token
         Guard, one after the other in each round, in one and the same Keycloak; and, as a check,
         without rotation in a Keycloak that does not have the JAR.
      2. The store alone: time of a rotation and bytes per family, by the number of families; time
         of a look-up on the blacklist and bytes per entry, by the number of entries.
      3. A Redis Cluster of three masters: how families and their rotations spread over it.

      Apart from these, -Dbench.part=soak lets honest clients and thieves come and go at one
      Keycloak for a set time (-Dbench.soak), and fails on false alarms, escapes and memory that
      grows.

      -Dbench.part=volume prints how long each script takes for a user with 1, 10^3 and 10^5
      families.

      It prints a table, and writes results.json and three plots. With the defaults it takes
      about twenty minutes, and nothing else should run on the machine meanwhile.
      docs/benchmark.md describes the method.

      Options:
      """;

  public static String help() {
    StringBuilder text = new StringBuilder(HELP_TEXT);
    for (Setting<?> setting : SETTINGS) {
      text.append("\n  -Dbench.").append(setting.name()).append("=...\n");
      text.append("      ").append(setting.help()).append('\n');
      text.append("      Accepts ").append(setting.accepts());
      if (!setting.defaultText().isEmpty()) {
        text.append("; default ").append(setting.defaultText());
      }
      text.append(".\n");
    }
    return text.append("\n  -Dbench.help\n      Shows this text and does nothing else.\n")
        .toString();
  }

  public static boolean asksForHelp(Properties properties) {
    return properties.containsKey(HELP);
  }

  /**
   * @throws InvalidSettingException naming the option and what it accepts
   */
  public static BenchmarkOptions parse(Properties properties) {
    Map<String, String> given = given(properties);
    return new BenchmarkOptions(
        PART.from(given),
        NODES.from(given),
        CORES.from(given),
        CLIENTS.from(given),
        ID_TOKEN.from(given),
        ROUNDS.from(given),
        Duration.ofSeconds(ROUND.from(given)),
        Duration.ofSeconds(WARM_UP.from(given)),
        STEPS.from(given),
        FAMILIES.from(given),
        ROTATIONS.from(given),
        CLUSTER_FAMILIES.from(given),
        Duration.ofSeconds(SOAK_TIME.from(given)),
        Duration.ofSeconds(SOAK_WARM_UP.from(given)),
        SOAK_FAMILIES.from(given),
        POSTGRES_URL.from(given),
        Path.of(OUTPUT.from(given)).toAbsolutePath().normalize());
  }

  /** The names that no option has, so that a slip of the pen does not cost a quarter of an hour. */
  public static Set<String> unknownNames(Properties properties) {
    Set<String> unknown = new TreeSet<>(given(properties).keySet());
    unknown.removeAll(SETTINGS.stream().map(Setting::name).collect(Collectors.toSet()));
    unknown.remove("phase");
    return unknown;
  }

  /** Ten thousand, ten times as many, and so on; the last one is what was asked for. */
  public List<Integer> levels() {
    List<Integer> levels = new ArrayList<>();
    for (long level = SMALLEST; level < families; level *= 10) {
      levels.add((int) level);
    }
    levels.add(families);
    return levels;
  }

  /** A rough guess, for the person who waits. */
  public Duration expected() {
    Duration store = Duration.ofSeconds(75).plusMillis(families / 8);
    Duration measured =
        warmUp
            .plus(round.plus(RefreshBenchmark.SETTLE).multipliedBy(rounds))
            .plusSeconds(steps + 20)
            .multipliedBy(Variant.values().length);
    Duration cluster = Duration.ofSeconds(20).plusMillis(clusterFamilies / 2);
    return (measuresStore() ? store : Duration.ZERO)
        .plus(measuresCluster() ? cluster : Duration.ZERO)
        .plus(soaks() ? soakWarmUp.plus(soak).plusSeconds(90) : Duration.ZERO)
        .plus(measuresRefresh() ? measured.plusSeconds(90) : Duration.ZERO);
  }

  /** For the file of results; a URL may hold a password. */
  public Map<String, Object> describe() {
    Map<String, Object> shown = new LinkedHashMap<>();
    shown.put("nodes", nodes);
    shown.put("cores", Setting.id(cores));
    shown.put("clients", clients);
    shown.put("ID token", wantsIdTokens);
    shown.put("rounds", rounds);
    shown.put("seconds per round", round.toSeconds());
    shown.put("seconds of warm-up", warmUp.toSeconds());
    shown.put("families", families);
    shown.put("rotations", rotations);
    shown.put("families in the Cluster", clusterFamilies);
    shown.put("seconds of soak", soak.toSeconds());
    shown.put("seconds of warm-up of the soak", soakWarmUp.toSeconds());
    shown.put("families of the soak", soakFamilies);
    shown.put("own PostgreSQL", postgresUrl.isEmpty());
    return shown;
  }

  public boolean measuresRefresh() {
    return part == Part.ALL || part == Part.REFRESH;
  }

  public boolean measuresStore() {
    return part == Part.ALL || part == Part.STORE;
  }

  public boolean measuresCluster() {
    return part == Part.ALL || part == Part.CLUSTER;
  }

  public boolean soaks() {
    return part == Part.SOAK;
  }

  public boolean measuresVolume() {
    return part == Part.VOLUME;
  }

  private static Map<String, String> given(Properties properties) {
    Map<String, String> given = new LinkedHashMap<>();
    for (String name : properties.stringPropertyNames()) {
      if (name.startsWith(PREFIX)) {
        given.put(name.substring(PREFIX.length()), properties.getProperty(name));
      }
    }
    return given;
  }

  private static Optional<String> postgresUrl(String given) {
    if (!given.isEmpty() && !given.startsWith("jdbc:postgresql://")) {
      throw new IllegalArgumentException();
    }
    return given.isEmpty() ? Optional.empty() : Optional.of(given);
  }
}
