package dev.tokenguard.benchmark;

import java.util.List;
import java.util.function.ToDoubleFunction;

/**
 * How families and their refreshes spread over a Cluster.
 *
 * @param families in all shards, one for each user
 * @param misdirected commands that were refused because of their slot: MOVED, ASK, CROSSSLOT
 */
record ClusterReport(String redisVersion, int families, List<Shard> shards, long misdirected) {

  /**
   * One master.
   *
   * @param families it holds
   * @param bytesPerFamily of its memory
   * @param callsPerSecond of the script that rotates, while each family was rotated once
   * @param scriptMicros mean of these calls, on the clock of Redis
   * @param cpuMicros of the main thread for each of them, reading, answering and replication
   *     included
   */
  record Shard(
      long families,
      double bytesPerFamily,
      double callsPerSecond,
      double scriptMicros,
      double cpuMicros) {}

  double callsPerSecond() {
    return shards.stream().mapToDouble(Shard::callsPerSecond).sum();
  }

  /** The largest of a figure by the smallest. */
  double unevenness(ToDoubleFunction<Shard> figure) {
    return shards.stream().mapToDouble(figure).max().orElseThrow()
        / shards.stream().mapToDouble(figure).min().orElseThrow();
  }
}
