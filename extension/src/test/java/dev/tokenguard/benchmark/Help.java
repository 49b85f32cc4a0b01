package dev.tokenguard.benchmark;

import dev.tokenguard.config.Setting;

/** The benchmark explains itself. */
final class Help {

  private static final String TEXT =
      """
      mvn -Pbench [-Dbench.<option>=<value> ...]

      Measures what refresh-token rotation costs. It starts a PostgreSQL, a Redis and Keycloak in
      production mode on loopback ports, and stops them again.

      1. Refreshes at the token endpoint: without rotation, with stock rotation and with Token
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
      docs/benchmark.md tells what is measured and how.

      Options:
      """;

  private Help() {}

  static String text() {
    StringBuilder text = new StringBuilder(TEXT);
    for (Setting<?> setting : BenchmarkOptions.SETTINGS) {
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
}
