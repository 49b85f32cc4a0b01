package dev.tokenguard.benchmark.store;

import dev.tokenguard.benchmark.store.FamilyCrowd.MadeUpFamily;
import dev.tokenguard.benchmark.store.RedisFigures.SilentRedis;
import dev.tokenguard.benchmark.store.StoreBenchmark.StoreReport;
import dev.tokenguard.benchmark.support.BenchmarkFailure;
import dev.tokenguard.benchmark.support.BenchmarkOptions;
import dev.tokenguard.benchmark.support.Latencies;
import dev.tokenguard.benchmark.support.Progress;
import dev.tokenguard.benchmark.support.Spread;
import dev.tokenguard.redis.connection.Redis;
import dev.tokenguard.redis.store.RedisKeys;
import dev.tokenguard.redis.store.RedisRevocationList;
import dev.tokenguard.revocation.Revocation.Reason;
import dev.tokenguard.revocation.RevocationList;
import dev.tokenguard.revocation.RevocationList.Entry;
import dev.tokenguard.revocation.RevocationList.TokenIdentity;
import dev.tokenguard.testbed.redis.RedisServer;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/**
 * Measures the look-up of access tokens on blacklists of several sizes. Each has a database of its
 * own in one Redis, so that all are there at the same time and are measured by turns.
 */
public final class BlacklistBenchmark {

  private static final int ROUNDS = 9;

  private final BenchmarkOptions options;
  private final Progress progress;
  private final RedisServer server;
  private final RedisFigures figures;

  public BlacklistBenchmark(
      BenchmarkOptions options, Progress progress, RedisServer server, RedisFigures figures) {
    this.options = options;
    this.progress = progress;
    this.server = server;
    this.figures = figures;
  }

  public List<StoreReport.LookUps> run() {
    List<FilledBlacklist> lists = new ArrayList<>();
    try {
      for (int entries : options.levels()) {
        progress.say("Blacklist with %,d entries: filling", entries);
        lists.add(FilledBlacklist.of(entries, server, lists.size() + 1, figures));
      }
      int lookUps = Math.max(1, options.rotations() / ROUNDS);
      lists.forEach(list -> list.lookUp(lookUps));
      for (int round = 0; round < ROUNDS; round++) {
        lists.forEach(list -> list.measure(lookUps));
      }
      List<StoreReport.LookUps> reports = lists.stream().map(FilledBlacklist::report).toList();
      reports.forEach(this::print);
      return reports;
    } finally {
      lists.forEach(FilledBlacklist::close);
      figures.forgetAll();
    }
  }

  private void print(StoreReport.LookUps report) {
    progress.say(
        "Blacklist with %,d entries: look-up %.1f µs in Redis; caller p50 %.0f µs, p99 %.0f µs; %.0f"
            + " bytes per entry",
        report.entries(),
        report.serverMicros().median(),
        report.p50Micros().median(),
        report.p99Micros(),
        report.bytesPerEntry());
  }

  /** A blacklist with a number of access tokens, and what was measured on it. */
  public static final class FilledBlacklist implements AutoCloseable {

    private static final long DAY = 86_400;
    private static final int AT_ONCE = 1_000;

    private final int entries;
    private final Redis redis;
    private final RevocationList blacklist;
    private final RedisFigures figures;
    private final SplittableRandom random = new SplittableRandom(42);
    private final Latencies latencies = new Latencies();
    private final List<Double> serverMicros = new ArrayList<>();
    private final List<Double> p50Micros = new ArrayList<>();
    private double bytesPerEntry;
    private long commands;

    private FilledBlacklist(int entries, Redis redis, RedisFigures figures) {
      this.entries = entries;
      this.redis = redis;
      this.blacklist = new RedisRevocationList(redis, new RedisKeys("tg:"));
      this.figures = figures;
    }

    public static FilledBlacklist of(
        int entries, RedisServer server, int database, RedisFigures figures) {
      FilledBlacklist list =
          new FilledBlacklist(entries, SilentRedis.open(server, database), figures);
      long empty = figures.usedMemory();
      list.fill();
      list.bytesPerEntry = (double) (figures.usedMemory() - empty) / entries;
      return list;
    }

    private void fill() {
      long expiresAt = Instant.now().getEpochSecond() + DAY;
      for (int from = 0; from < entries; from += AT_ONCE) {
        blacklist.addAll(
            IntStream.range(from, Math.min(entries, from + AT_ONCE))
                .mapToObj(
                    number -> Entry.ofAccessToken(token(number).id(), Reason.ROTATED, expiresAt))
                .toList());
      }
    }

    public void measure(int lookUps) {
      figures.resetTimes();
      Latencies taken = lookUp(lookUps);
      latencies.addAll(taken);
      p50Micros.add(taken.micros(0.50));
      serverMicros.add(figures.micros("mget"));
      commands += figures.commands().values().stream().mapToLong(RedisFigures.Calls::count).sum();
    }

    /** Looks up tokens drawn by chance, one after the other; every other one is on the list. */
    public Latencies lookUp(int lookUps) {
      Latencies taken = new Latencies();
      for (int count = 0; count < lookUps; count++) {
        int number = random.nextInt(entries);
        boolean isListed = count % 2 == 0;
        TokenIdentity token = token(isListed ? number : number + entries);
        long begin = System.nanoTime();
        boolean isFound = blacklist.find(token).isPresent();
        taken.add(System.nanoTime() - begin);
        if (isFound != isListed) {
          throw new BenchmarkFailure("The blacklist is wrong about token " + token.id());
        }
      }
      return taken;
    }

    public StoreReport.LookUps report() {
      return new StoreReport.LookUps(
          entries,
          (double) commands / latencies.count(),
          Spread.of(serverMicros),
          Spread.of(p50Micros),
          latencies.micros(0.99),
          bytesPerEntry);
    }

    private static TokenIdentity token(int number) {
      return new MadeUpFamily(number, 1).accessToken();
    }

    @Override
    public void close() {
      redis.close();
    }
  }
}
