package dev.tokenguard.benchmark;

import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What Keycloak sent to PostgreSQL and Redis for a number of refreshes.
 *
 * @param sql empty when the server cannot count
 * @param redis by the command's name
 */
record CommandCount(
    Variant variant, Pace pace, int refreshes, List<StatementCalls> sql, Map<String, Long> redis) {

  /**
   * How fast a session refreshes. Its time stamp counts seconds, and Keycloak writes it in batches:
   * at full speed most refreshes are spared a write that they would cause in real life.
   */
  enum Pace {
    ONE_A_SECOND("one a second"),
    FULL_SPEED("full speed");

    private final String title;

    Pace(String title) {
      this.title = title;
    }

    String title() {
      return title;
    }
  }

  /** What keeps a connection alive or sets one up: it comes by time, not by refresh. */
  private static final Set<String> UPKEEP = Set.of("ping", "hello", "client", "auth", "select");

  /** The upkeep of the cluster, and what only begins or ends a transaction, are left out. */
  double statementsPerRefresh() {
    return perRefresh(
        sql.stream()
            .filter(each -> !each.isBracket() && !each.isUpkeep())
            .mapToLong(StatementCalls::calls)
            .sum());
  }

  /** The upkeep of connections is left out. */
  double commandsPerRefresh() {
    return perRefresh(
        redis.entrySet().stream()
            .filter(each -> !UPKEEP.contains(each.getKey()))
            .mapToLong(Map.Entry::getValue)
            .sum());
  }

  private double perRefresh(long calls) {
    return (double) calls / Math.max(1, refreshes);
  }
}
