package dev.tokenguard.benchmark.store;

import dev.tokenguard.benchmark.store.RedisFigures.SilentRedis;
import dev.tokenguard.benchmark.support.BenchmarkOptions;
import dev.tokenguard.benchmark.support.Latencies;
import dev.tokenguard.benchmark.support.Progress;
import dev.tokenguard.benchmark.support.Spread;
import dev.tokenguard.redis.connection.Redis;
import dev.tokenguard.redis.store.RedisFamilyStore;
import dev.tokenguard.redis.store.RedisKeys;
import dev.tokenguard.rotation.FamilyStore;
import dev.tokenguard.testbed.redis.RedisServer;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.stream.IntStream;

/** Measures the store alone: the very class that Keycloak calls, and a Redis of its own. */
public final class StoreBenchmark {

  private static final List<Integer> FAMILIES_PER_USER = List.of(1, 3, 10);
  private static final int FAMILIES_FOR_SIZE = 30_000;
  private static final int MORE_ROTATIONS = 11;

  private final BenchmarkOptions options;
  private final Progress progress;

  public StoreBenchmark(BenchmarkOptions options, Progress progress) {
    this.options = options;
    this.progress = progress;
  }

  public StoreReport run() {
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

  /** What the store benchmark measured. */
  public record StoreReport(
      String redisVersion, List<ScriptTime> times, List<FamilySize> sizes, List<LookUps> lookUps) {

    /**
     * The time of a rotation when Redis holds so many families.
     *
     * @param firstServerMicros of a family's first refresh, mean on the clock of Redis
     * @param serverMicros likewise, of a later refresh
     * @param p50Micros as the caller of the store sees it, round trip included
     * @param bytesPerFamily with one family per user
     */
    public record ScriptTime(
        int families,
        double firstServerMicros,
        double serverMicros,
        double p50Micros,
        double p99Micros,
        double bytesPerFamily) {}

    /**
     * The memory of a family, with its share of the user's key and its expiry.
     *
     * @param familiesPerUser how many share a key
     * @param afterFirst bytes after the first refresh
     * @param afterMany bytes after several more
     */
    public record FamilySize(int familiesPerUser, double afterFirst, double afterMany) {}

    /**
     * The time of a look-up when so many access tokens are on the blacklist.
     *
     * @param commands how many each takes
     * @param serverMicros mean of each round, on the clock of Redis
     * @param p50Micros of each round, as the caller of the blacklist sees it, round trip included
     * @param p99Micros likewise, of all rounds
     * @param bytesPerEntry with its key and its expiry
     */
    public record LookUps(
        int entries,
        double commands,
        Spread serverMicros,
        Spread p50Micros,
        double p99Micros,
        double bytesPerEntry) {}

    public LookUps fewest() {
      return lookUps.get(0);
    }

    public LookUps most() {
      return lookUps.get(lookUps.size() - 1);
    }

    /** A figure of the longest list by that of the shortest. */
    public Spread growth(Function<LookUps, Spread> figure) {
      return figure.apply(most()).by(figure.apply(fewest()));
    }

    public double largestFamily() {
      return Math.max(
          times.stream().mapToDouble(ScriptTime::bytesPerFamily).max().orElse(0),
          sizes.stream()
              .mapToDouble(size -> Math.max(size.afterFirst(), size.afterMany()))
              .max()
              .orElse(0));
    }
  }
}
