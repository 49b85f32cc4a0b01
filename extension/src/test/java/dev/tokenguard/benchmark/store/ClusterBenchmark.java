package dev.tokenguard.benchmark.store;

import dev.tokenguard.benchmark.store.ClusterBenchmark.ClusterReport.Shard;
import dev.tokenguard.benchmark.store.RedisFigures.SilentRedis;
import dev.tokenguard.benchmark.support.BenchmarkOptions;
import dev.tokenguard.benchmark.support.Progress;
import dev.tokenguard.redis.connection.Redis;
import dev.tokenguard.redis.store.RedisFamilyStore;
import dev.tokenguard.redis.store.RedisKeys;
import dev.tokenguard.rotation.StoreUnavailableException;
import dev.tokenguard.testbed.Await;
import dev.tokenguard.testbed.redis.ClusterServers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToDoubleFunction;

/**
 * Spreads families over a Cluster of three masters, each with a replica, by the very class that
 * Keycloak calls. All of it shares one machine, so the capacity of a shard is measured by its CPU
 * time.
 */
public final class ClusterBenchmark {

  private static final double NANOS_PER_SECOND = 1e9;
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  /** Milliseconds, as Redis has it by default: no failover because a machine is busy. */
  private static final String NODE_TIMEOUT = "15000";

  private final BenchmarkOptions options;
  private final Progress progress;

  public ClusterBenchmark(BenchmarkOptions options, Progress progress) {
    this.options = options;
    this.progress = progress;
  }

  public ClusterReport run() {
    try (ClusterServers servers = ClusterServers.start("--cluster-node-timeout", NODE_TIMEOUT);
        Redis redis = SilentRedis.open(servers)) {
      Await.until("the Cluster to be found", PATIENCE, () -> answers(redis));
      String version = servers.servers().get(0).version();
      List<RedisFigures> masters =
          servers.masters().stream().map(RedisFigures::ofClusterNode).toList();
      progress.say("A Cluster of %d masters with Redis %s is up", masters.size(), version);
      try {
        return measured(version, new RedisFamilyStore(redis, new RedisKeys("tg:")), masters);
      } finally {
        masters.forEach(RedisFigures::close);
      }
    }
  }

  /** The nodes are looked for in the background. */
  private static boolean answers(Redis redis) {
    try {
      redis.ping();
      return true;
    } catch (StoreUnavailableException notYet) {
      return false;
    }
  }

  private ClusterReport measured(
      String version, RedisFamilyStore store, List<RedisFigures> masters) {
    int families = options.clusterFamilies();
    FamilyCrowd crowd = new FamilyCrowd(store, 1, families);
    masters.forEach(RedisFigures::resetTimes);
    List<Long> empty = masters.stream().map(RedisFigures::usedMemory).toList();
    progress.say("Cluster with %,d families: filling", families);
    crowd.growTo(families);
    List<Long> filled = masters.stream().map(RedisFigures::usedMemory).toList();
    long misdirected = misdirected(masters);
    masters.forEach(RedisFigures::resetTimes);
    List<Double> cpu = masters.stream().map(RedisFigures::mainThreadMicros).toList();
    progress.say("Cluster with %,d families: rotating each", families);
    long begin = System.nanoTime();
    crowd.rotateAll();
    double seconds = (System.nanoTime() - begin) / NANOS_PER_SECOND;
    List<Shard> shards = new ArrayList<>();
    for (int index = 0; index < masters.size(); index++) {
      RedisFigures master = masters.get(index);
      RedisFigures.Calls calls = master.scripts();
      shards.add(
          new Shard(
              master.keys(),
              (double) (filled.get(index) - empty.get(index)) / master.keys(),
              calls.count() / seconds,
              calls.meanMicros(),
              (master.mainThreadMicros() - cpu.get(index)) / calls.count()));
    }
    return new ClusterReport(version, families, shards, misdirected + misdirected(masters));
  }

  private static long misdirected(List<RedisFigures> masters) {
    return masters.stream().mapToLong(RedisFigures::misdirected).sum();
  }

  /**
   * How families and their refreshes spread over a Cluster.
   *
   * @param families in all shards, one for each user
   * @param misdirected commands that were refused because of their slot: MOVED, ASK, CROSSSLOT
   */
  public record ClusterReport(
      String redisVersion, int families, List<Shard> shards, long misdirected) {

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
    public record Shard(
        long families,
        double bytesPerFamily,
        double callsPerSecond,
        double scriptMicros,
        double cpuMicros) {}

    public double callsPerSecond() {
      return shards.stream().mapToDouble(Shard::callsPerSecond).sum();
    }

    /** The largest of a figure by the smallest. */
    public double unevenness(ToDoubleFunction<Shard> figure) {
      return shards.stream().mapToDouble(figure).max().orElseThrow()
          / shards.stream().mapToDouble(figure).min().orElseThrow();
    }
  }
}
