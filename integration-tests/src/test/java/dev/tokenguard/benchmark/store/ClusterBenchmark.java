package dev.tokenguard.benchmark.store;

import dev.tokenguard.benchmark.Options;
import dev.tokenguard.benchmark.Progress;
import dev.tokenguard.benchmark.Report;
import dev.tokenguard.benchmark.Report.Plot;
import dev.tokenguard.benchmark.Report.Table;
import dev.tokenguard.benchmark.Report.Target;
import dev.tokenguard.redis.connection.Redis;
import dev.tokenguard.redis.store.RedisFamilyStore;
import dev.tokenguard.redis.store.RedisKeys;
import dev.tokenguard.rotation.StoreUnavailableException;
import dev.tokenguard.testbed.Await;
import dev.tokenguard.testbed.redis.ClusterServers;
import java.time.Duration;
import java.util.List;
import java.util.LongSummaryStatistics;
import java.util.Map;

/**
 * Spreads families over a Cluster of three masters, each with a replica, by the very class that
 * Keycloak calls. All of it shares one machine, so the capacity of a shard is measured by its CPU
 * time.
 */
public final class ClusterBenchmark {

  /** Milliseconds, as Redis has it by default: no failover because a machine is busy. */
  private static final String NODE_TIMEOUT = "15000";

  private final Options options;

  public ClusterBenchmark(Options options) {
    this.options = options;
  }

  public Report run() {
    try (ClusterServers servers = ClusterServers.start("--cluster-node-timeout", NODE_TIMEOUT);
        Redis redis =
            MeasuredRedis.connect(
                Map.of(
                    "url",
                    servers.uri(),
                    "topology",
                    "cluster",
                    "password",
                    ClusterServers.PASSWORD,
                    "read-timeout",
                    "10000"))) {
      Await.until("the Cluster to be found", Duration.ofSeconds(30), () -> answers(redis));
      List<MeasuredRedis> masters = servers.masters().stream().map(MeasuredRedis::new).toList();
      String version = servers.servers().get(0).version();
      Progress.say("A Cluster of %d masters with Redis %s is up", masters.size(), version);
      return measured(version, new RedisFamilyStore(redis, new RedisKeys("tg:")), masters);
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

  private Report measured(String version, RedisFamilyStore store, List<MeasuredRedis> masters) {
    int count = options.clusterFamilies();
    Families families = new Families(store, 1, count);
    masters.forEach(MeasuredRedis::reset);
    List<Long> empty = masters.stream().map(MeasuredRedis::usedMemory).toList();
    Progress.say("Cluster with %,d families: filling", count);
    families.growTo(count);
    List<Long> filled = masters.stream().map(MeasuredRedis::usedMemory).toList();
    long misdirected = masters.stream().mapToLong(MeasuredRedis::misdirected).sum();
    masters.forEach(MeasuredRedis::reset);
    List<Double> cpu = masters.stream().map(MeasuredRedis::mainThreadMicros).toList();
    Progress.say("Cluster with %,d families: rotating each", count);
    long begin = System.nanoTime();
    families.rotateAll();
    double seconds = (System.nanoTime() - begin) / 1e9;
    misdirected += masters.stream().mapToLong(MeasuredRedis::misdirected).sum();
    Table table =
        Table.of(
            "cluster",
            "%,d families in a Cluster, each rotated once in %.0f s".formatted(count, seconds),
            Plot.NONE,
            "shard",
            "families",
            "share, %",
            "bytes each",
            "rotations/s",
            "script, µs",
            "CPU per call, µs");
    for (int index = 0; index < masters.size(); index++) {
      MeasuredRedis master = masters.get(index);
      // One family of each user, and one rotation of each family.
      long keys = master.keys();
      table.row(
          index + 1,
          keys,
          100.0 * keys / count,
          (double) (filled.get(index) - empty.get(index)) / keys,
          keys / seconds,
          master.scriptMicros(),
          (master.mainThreadMicros() - cpu.get(index)) / keys);
    }
    LongSummaryStatistics keys =
        masters.stream().mapToLong(MeasuredRedis::keys).summaryStatistics();
    return new Report(
        Map.of("redis", version),
        List.of(table),
        // The slot of a user is a checksum of the id: no shard is far from its share.
        List.of(
            Target.atMost(
                "families of the fullest shard, by those of the emptiest",
                1.05,
                (double) keys.getMax() / keys.getMin()),
            Target.exactly("commands at the wrong shard or across slots", 0, misdirected)),
        Map.of());
  }
}
