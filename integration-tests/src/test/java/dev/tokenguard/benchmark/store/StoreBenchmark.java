package dev.tokenguard.benchmark.store;

import dev.tokenguard.benchmark.Options;
import dev.tokenguard.benchmark.Progress;
import dev.tokenguard.benchmark.Report;
import dev.tokenguard.benchmark.Report.Plot;
import dev.tokenguard.benchmark.Report.Table;
import dev.tokenguard.benchmark.Report.Target;
import dev.tokenguard.benchmark.Spread;
import dev.tokenguard.redis.connection.Redis;
import dev.tokenguard.redis.store.RedisFamilyStore;
import dev.tokenguard.redis.store.RedisKeys;
import dev.tokenguard.redis.store.RedisRevocationList;
import dev.tokenguard.revocation.Revocation.Reason;
import dev.tokenguard.revocation.RevocationList;
import dev.tokenguard.revocation.RevocationList.Entry;
import dev.tokenguard.revocation.RevocationList.TokenIdentity;
import dev.tokenguard.rotation.FamilyStore;
import dev.tokenguard.testbed.redis.RedisServer;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.HdrHistogram.Histogram;

/** Measures the store alone: the very classes that Keycloak calls, and a Redis of its own. */
public final class StoreBenchmark {

  private static final int ROTATIONS = 12;
  private static final int LOOK_UP_ROUNDS = 9;
  private static final double MICRO = 1e3;

  private final Options options;

  public StoreBenchmark(Options options) {
    this.options = options;
  }

  public Report run() {
    try (RedisServer server = RedisServer.start()) {
      MeasuredRedis redis = new MeasuredRedis(server);
      try (Redis connection = redis.connect(0)) {
        FamilyStore store = new RedisFamilyStore(connection, new RedisKeys("tg:"));
        Progress.say("Redis %s is up for the store alone", server.version());
        List<Target> targets = new ArrayList<>();
        List<Double> sizes = new ArrayList<>();
        List<Table> tables =
            List.of(
                times(store, redis, sizes), sizes(store, redis, sizes), lookUps(redis, targets));
        double largest = sizes.stream().mapToDouble(size -> size).max().orElseThrow();
        targets.add(0, Target.atMost("bytes per family, index included", 400, largest));
        return new Report(Map.of("redis", server.version()), tables, targets, Map.of());
      }
    }
  }

  /** Ten thousand, ten times as many, and so on; the last one is what was asked for. */
  private List<Integer> levels() {
    int most = options.families();
    return IntStream.concat(
            IntStream.iterate(10_000, level -> level < most, level -> level * 10),
            IntStream.of(most))
        .boxed()
        .toList();
  }

  private Table times(FamilyStore store, MeasuredRedis redis, List<Double> sizes) {
    Families warmUp = new Families(store, 1, 1);
    warmUp.growTo(1);
    warmUp.rotateSome(options.rotations());
    redis.flush();
    Table table =
        Table.of(
            "store",
            "Time of a rotation in the store",
            Plot.LINES,
            "families in Redis",
            "first refresh: script, µs",
            "later refresh: script, µs",
            "caller, p50, µs",
            "caller, p99, µs",
            "bytes per family");
    Families families = new Families(store, 1, options.families());
    long empty = redis.usedMemory();
    for (int level : levels()) {
      Progress.say("Store with %,d families", level);
      redis.reset();
      families.growTo(level);
      double first = redis.scriptMicros();
      double bytes = (double) (redis.usedMemory() - empty) / level;
      redis.reset();
      Histogram taken = families.rotateSome(options.rotations());
      table.row(
          level,
          first,
          redis.scriptMicros(),
          taken.getValueAtPercentile(50) / MICRO,
          taken.getValueAtPercentile(99) / MICRO,
          bytes);
      sizes.add(bytes);
    }
    redis.flush();
    return table;
  }

  private Table sizes(FamilyStore store, MeasuredRedis redis, List<Double> sizes) {
    int count = Math.min(options.families(), 30_000);
    Table table =
        Table.of(
            "families per user",
            "Bytes per family, with its share of the user's key and its expiry",
            Plot.NONE,
            "families per user",
            "after the first refresh",
            "after " + ROTATIONS);
    for (int perUser : List.of(1, 3, 10)) {
      Progress.say("Store with %d families per user", perUser);
      long empty = redis.usedMemory();
      Families families = new Families(store, perUser, count);
      families.growTo(count);
      double first = (double) (redis.usedMemory() - empty) / count;
      IntStream.range(1, ROTATIONS).forEach(more -> families.rotateAll());
      double many = (double) (redis.usedMemory() - empty) / count;
      table.row(perUser, first, many);
      sizes.addAll(List.of(first, many));
      redis.flush();
    }
    return table;
  }

  /** Each list has a database of its own, so that all are measured by turns. */
  private Table lookUps(MeasuredRedis redis, List<Target> targets) {
    List<FilledList> lists = new ArrayList<>();
    try {
      for (int entries : levels()) {
        Progress.say("Blacklist with %,d entries", entries);
        lists.add(new FilledList(entries, redis, lists.size() + 1));
      }
      int lookUps = Math.max(1, options.rotations() / LOOK_UP_ROUNDS);
      lists.forEach(list -> list.lookUp(lookUps, new Histogram(3)));
      for (int round = 0; round < LOOK_UP_ROUNDS; round++) {
        lists.forEach(list -> list.measure(lookUps));
      }
    } finally {
      lists.forEach(list -> list.connection.close());
      redis.flush();
    }
    Table table =
        Table.of(
            "blacklist",
            "Time of a lookup on the blacklist",
            Plot.LINES,
            "entries on the blacklist",
            "command in Redis, µs",
            "caller, p50, µs",
            "caller, p99, µs",
            "commands",
            "bytes per entry");
    lists.forEach(list -> list.addTo(table));
    FilledList fewest = lists.get(0);
    FilledList most = lists.get(lists.size() - 1);
    Spread growth = Spread.of(most.p50Micros).by(Spread.of(fewest.p50Micros));
    targets.add(
        Target.exactly("Redis commands per lookup on the blacklist", 1, most.commandsEach()));
    String name = "lookup at the caller, %d entries against %d";
    targets.add(Target.growth(name.formatted(most.entries, fewest.entries), 1.2, growth));
    return table;
  }

  /** A blacklist with a number of access tokens, and what was measured on it. */
  private static final class FilledList {

    private final int entries;
    private final MeasuredRedis redis;
    private final Redis connection;
    private final RevocationList list;
    private final SplittableRandom random = new SplittableRandom(42);
    private final Histogram taken = new Histogram(3);
    private final List<Double> serverMicros = new ArrayList<>();
    private final List<Double> p50Micros = new ArrayList<>();
    private final double bytesPerEntry;
    private long commands;

    FilledList(int entries, MeasuredRedis redis, int database) {
      this.entries = entries;
      this.redis = redis;
      connection = redis.connect(database);
      list = new RedisRevocationList(connection, new RedisKeys("tg:"));
      long empty = redis.usedMemory();
      long expiresAt = Instant.now().getEpochSecond() + Families.DAY;
      for (int from = 0; from < entries; from += 1_000) {
        list.addAll(
            IntStream.range(from, Math.min(entries, from + 1_000))
                .mapToObj(
                    number -> Entry.ofAccessToken(token(number).id(), Reason.ROTATED, expiresAt))
                .toList());
      }
      bytesPerEntry = (double) (redis.usedMemory() - empty) / entries;
    }

    void measure(int lookUps) {
      redis.reset();
      Histogram round = new Histogram(3);
      lookUp(lookUps, round);
      taken.add(round);
      p50Micros.add(round.getValueAtPercentile(50) / MICRO);
      serverMicros.add(redis.micros("mget"));
      commands += redis.commands();
    }

    /** Looks up tokens drawn by chance, one after the other; every other one is on the list. */
    void lookUp(int lookUps, Histogram times) {
      for (int count = 0; count < lookUps; count++) {
        int number = random.nextInt(entries);
        boolean isListed = count % 2 == 0;
        TokenIdentity token = token(isListed ? number : number + entries);
        long begin = System.nanoTime();
        boolean isFound = list.find(token).isPresent();
        times.recordValue(System.nanoTime() - begin);
        if (isFound != isListed) {
          throw new IllegalStateException("The blacklist is wrong about token " + token.id());
        }
      }
    }

    double commandsEach() {
      return (double) commands / taken.getTotalCount();
    }

    void addTo(Table table) {
      table.row(
          entries,
          Spread.of(serverMicros),
          Spread.of(p50Micros),
          taken.getValueAtPercentile(99) / MICRO,
          commandsEach(),
          bytesPerEntry);
    }

    private static TokenIdentity token(int number) {
      return new TokenIdentity(
          "onrtrt:" + Families.uuid('a', number),
          Families.sessionId(number),
          Families.uuid('u', number),
          Instant.now().getEpochSecond());
    }
  }
}
