package dev.tokenguard.benchmark;

import dev.tokenguard.redis.connection.Redis;
import dev.tokenguard.redis.store.RedisFamilyStore;
import dev.tokenguard.redis.store.RedisKeys;
import dev.tokenguard.rotation.FamilyStore;
import dev.tokenguard.testbed.redis.RedisServer;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/** Measures the store alone: the very class that Keycloak calls, and a Redis of its own. */
final class StoreBenchmark {

  private static final List<Integer> FAMILIES_PER_USER = List.of(1, 3, 10);
  private static final int FAMILIES_FOR_SIZE = 30_000;
  private static final int MORE_ROTATIONS = 11;

  private final BenchmarkOptions options;
  private final Progress progress;

  StoreBenchmark(BenchmarkOptions options, Progress progress) {
    this.options = options;
    this.progress = progress;
  }

  StoreReport run() {
    try (RedisServer server = RedisServer.start();
        RedisFigures figures = new RedisFigures(server);
        Redis redis = SilentRedis.open(server, 0)) {
      FamilyStore store = new RedisFamilyStore(redis, new RedisKeys("tg:"));
      progress.say("Redis %s is up for the store alone", server.version());
      return new StoreReport(
          server.version(),
          times(store, figures),
          sizes(store, figures),
          new BlacklistBenchmark(options, progress, server, figures).run());
    }
  }

  private List<StoreReport.ScriptTime> times(FamilyStore store, RedisFigures figures) {
    FamilyCrowd crowd = new FamilyCrowd(store, 1, options.families());
    crowd.growTo(1);
    crowd.rotateSome(options.rotations());
    figures.forgetAll();
    FamilyCrowd measured = new FamilyCrowd(store, 1, options.families());
    long empty = figures.usedMemory();
    List<StoreReport.ScriptTime> times = new ArrayList<>();
    for (int families : options.levels()) {
      progress.say("Store with %,d families: filling", families);
      figures.resetTimes();
      measured.growTo(families);
      double first = figures.scriptMicros();
      double bytes = (double) (figures.usedMemory() - empty) / families;
      figures.resetTimes();
      Latencies latencies = measured.rotateSome(options.rotations());
      StoreReport.ScriptTime time =
          new StoreReport.ScriptTime(
              families,
              first,
              figures.scriptMicros(),
              latencies.micros(0.50),
              latencies.micros(0.99),
              bytes);
      progress.say(
          "Store with %,d families: script %.1f µs in Redis; caller p50 %.0f µs, p99 %.0f µs; %.0f"
              + " bytes per family",
          families, time.serverMicros(), time.p50Micros(), time.p99Micros(), bytes);
      times.add(time);
    }
    figures.forgetAll();
    return times;
  }

  private List<StoreReport.FamilySize> sizes(FamilyStore store, RedisFigures figures) {
    int families = Math.min(options.families(), FAMILIES_FOR_SIZE);
    List<StoreReport.FamilySize> sizes = new ArrayList<>();
    for (int perUser : FAMILIES_PER_USER) {
      long empty = figures.usedMemory();
      FamilyCrowd crowd = new FamilyCrowd(store, perUser, families);
      crowd.growTo(families);
      double afterFirst = (double) (figures.usedMemory() - empty) / families;
      IntStream.range(0, MORE_ROTATIONS).forEach(count -> crowd.rotateAll());
      double afterMany = (double) (figures.usedMemory() - empty) / families;
      progress.say(
          "Store with %d families per user: %.0f bytes per family, %.0f after %d rotations",
          perUser, afterFirst, afterMany, MORE_ROTATIONS + 1);
      sizes.add(new StoreReport.FamilySize(perUser, afterFirst, afterMany));
      figures.forgetAll();
    }
    return sizes;
  }
}
