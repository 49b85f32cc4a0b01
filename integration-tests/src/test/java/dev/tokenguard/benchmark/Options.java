package dev.tokenguard.benchmark;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help.Visibility;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** What to measure and for how long. The label of a number is its range, which is checked. */
@Command(
    name = "mvn -Pbench",
    customSynopsis = "mvn -Pbench [-Dbench.<option>=<value> ...]",
    showDefaultValues = true,
    usageHelpWidth = 100,
    optionListHeading = "%nOptions:%n",
    description = {
      "",
      "Measures what refresh-token rotation costs. It starts a PostgreSQL, a Redis and Keycloak in"
          + " production mode on loopback ports, and stops them again.",
      "",
      "1. Refreshes at the token endpoint: without rotation, with built-in rotation and with Token"
          + " Guard, one after the other in each round, in one and the same Keycloak; and, as a"
          + " check, without rotation in a Keycloak that does not have the JAR.",
      "2. The store alone: time of a rotation and bytes per family, by the number of families; time"
          + " of a lookup on the blacklist and bytes per entry, by the number of entries.",
      "3. A Redis Cluster of three masters: how families and their rotations spread over it.",
      "",
      "It prints tables, and writes results.json and three plots. With the defaults it takes about"
          + " half an hour, and nothing else should run on the machine meanwhile. docs/benchmark.md"
          + " describes the method."
    })
public interface Options {

  /** Which benchmark to run. */
  enum Part {
    ALL,
    REFRESH,
    STORE,
    CLUSTER,
    COMPARE,
    VOLUME,
    SOAK
  }

  /** Who shares the cores of the machine. */
  enum Sharing {
    APART,
    SHARED
  }

  Pattern RANGE = Pattern.compile("(\\d+)\\.\\.(\\d+)");
  String PREFIX = "-Dbench.";

  @Option(
      names = "-Dbench.part",
      paramLabel = "all|refresh|store|cluster|compare|volume|soak",
      defaultValue = "all",
      description = {
        "all is the next three: refresh measures Keycloak's token endpoint, store measures Redis"
            + " alone, cluster measures how families spread over a Redis Cluster.",
        "compare measures refreshes, logins and a logout with this JAR and with another one.",
        "volume measures each script for one user with 1, 10^3 and 10^5 families.",
        "soak lets honest clients and thieves use one Keycloak for a set time; false alarms,"
            + " thieves that escape and memory that grows make it fail."
      })
  Part part();

  @Option(
      names = "-Dbench.jar",
      paramLabel = "a file",
      description = "The other JAR of the part compare, for example of an earlier version.")
  Optional<Path> otherJar();

  @Option(
      names = "-Dbench.nodes",
      paramLabel = "1..4 nodes",
      defaultValue = "2",
      description =
          "How many Keycloak nodes with the JAR form a cluster; the clients refresh at the first.")
  int nodes();

  @Option(
      names = "-Dbench.cores",
      paramLabel = "apart|shared",
      defaultValue = "apart",
      description =
          "apart gives Keycloak one half of the cores and everything else the other, as on machines"
              + " of their own; it needs Linux and taskset. shared lets all take what they get.")
  Sharing cores();

  @Option(
      names = "-Dbench.clients",
      paramLabel = "1..64 clients",
      defaultValue = "8",
      description = "How many clients send requests at the same time, each as soon as it can.")
  int clients();

  @Option(
      names = "-Dbench.id-token",
      paramLabel = "true|false",
      arity = "1",
      defaultValue = "true",
      showDefaultValue = Visibility.ALWAYS,
      description =
          "Whether clients ask for an ID token, as in OpenID Connect. It is signed anew at each"
              + " refresh, which takes about a quarter of Keycloak's CPU.")
  boolean wantsIdTokens();

  @Option(
      names = "-Dbench.rounds",
      paramLabel = "1..500 rounds",
      defaultValue = "40",
      description = "How often each variant is measured.")
  int rounds();

  @Option(
      names = "-Dbench.round",
      paramLabel = "1..120 seconds",
      defaultValue = "2",
      description = "How long one variant is measured in one round.")
  int round();

  @Option(
      names = "-Dbench.warm-up",
      paramLabel = "0..600 seconds",
      defaultValue = "150",
      description =
          "How long each variant runs before the first round, so that Java has compiled it.")
  int warmUp();

  @Option(
      names = "-Dbench.steps",
      paramLabel = "1..60 requests",
      defaultValue = "12",
      description =
          "How many requests of each client are counted in SQL statements and Redis commands. They"
              + " are a second apart.")
  int steps();

  @Option(
      names = "-Dbench.families",
      paramLabel = "1000..5000000 families",
      defaultValue = "1000000",
      description =
          "The largest number of families in Redis, and of entries on the blacklist; smaller ones"
              + " are 10,000 and ten times as many each. A million families take about 400 MB.")
  int families();

  @Option(
      names = "-Dbench.rotations",
      paramLabel = "1000..1000000 rotations",
      defaultValue = "30000",
      description =
          "How many rotations are timed at each number of families, and how many lookups at each"
              + " number of entries.")
  int rotations();

  @Option(
      names = "-Dbench.cluster-families",
      paramLabel = "1000..1000000 families",
      defaultValue = "100000",
      description = "The number of families in the Cluster.")
  int clusterFamilies();

  @Option(
      names = "-Dbench.soak",
      paramLabel = "20..1800 seconds",
      defaultValue = "300",
      description = "How long the soak lasts after its warm-up.")
  int soak();

  @Option(
      names = "-Dbench.soak-warm-up",
      paramLabel = "0..1800 seconds",
      defaultValue = "300",
      description =
          "How long the soak runs before its memory is measured. Until families expire as fast as"
              + " others begin, there are more from minute to minute.")
  int soakWarmUp();

  @Option(
      names = "-Dbench.soak-families",
      paramLabel = "20..1000 families",
      defaultValue = "300",
      description = "How many families are active at a time in the soak.")
  int soakFamilies();

  @Option(
      names = "-Dbench.postgres.url",
      paramLabel = "jdbc:postgresql://host:port/database?user=...&password=...",
      description =
          "A PostgreSQL to use instead of the embedded one. Its user must be a superuser: two"
              + " databases are made and dropped again.")
  Optional<String> postgresUrl();

  @Option(
      names = "-Dbench.output",
      paramLabel = "a folder",
      defaultValue = "${sys:benchmark.folder:-target/benchmark}",
      showDefaultValue = Visibility.NEVER,
      description =
          "The folder for results.json and the plots. Without it: integration-tests/target/benchmark.")
  Path output();

  @Option(
      names = "-Dbench.help",
      usageHelp = true,
      description = "Shows this text and does nothing else.")
  boolean help();

  static CommandLine commandLine() {
    return new CommandLine(Options.class)
        .setCaseInsensitiveEnumValuesAllowed(true)
        .setPosixClusteredShortOptionsAllowed(false);
  }

  /**
   * @throws ParameterException naming the option and what it accepts
   */
  static Options parse(CommandLine line, Properties properties) {
    line.parseArgs(
        properties.stringPropertyNames().stream()
            // The phase is of the build.
            .filter(name -> name.startsWith("bench.") && !name.equals("bench.phase"))
            .map(name -> "-D" + name + value(name, properties.getProperty(name)))
            .toArray(String[]::new));
    for (OptionSpec option : line.getCommandSpec().options()) {
      Matcher range = RANGE.matcher(option.paramLabel());
      if (range.find()
          && option.getValue() instanceof Integer value
          && (value < Integer.parseInt(range.group(1))
              || value > Integer.parseInt(range.group(2)))) {
        throw new ParameterException(
            line, option.longestName() + "=" + value + " is not in " + option.paramLabel());
      }
    }
    return line.getCommand();
  }

  private static String value(String name, String value) {
    return name.equals("bench.help") ? "" : "=" + value;
  }

  /** For the file of results; a URL may hold a password. */
  static Map<String, Object> describe(CommandLine line) {
    Map<String, Object> shown = new TreeMap<>();
    for (OptionSpec option : line.getCommandSpec().options()) {
      String name = option.longestName().substring(PREFIX.length());
      if (!List.of("help", "output", "postgres.url", "jar").contains(name)) {
        shown.put(name, option.getValue());
      }
    }
    return shown;
  }
}
