package dev.tokenguard.checker.benchmark;

import dev.tokenguard.checker.RevocationChecker;
import dev.tokenguard.checker.RevocationChecker.Lookup;
import dev.tokenguard.checker.RevocationChecker.WhenUnavailable;
import dev.tokenguard.checker.TokenClaims;
import dev.tokenguard.checker.Verdict;
import dev.tokenguard.checker.cache.NearCache;
import dev.tokenguard.checker.jedis.JedisLookup;
import dev.tokenguard.checker.lettuce.LettuceLookup;
import dev.tokenguard.testbed.redis.RedisServer;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.api.sync.RedisCommands;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.util.Statistics;

/**
 * The time of a check by one thread: from the claims of a JWT library to the verdict, against a
 * {@code GET} of the same client to the same Redis on loopback.
 */
@BenchmarkMode(Mode.SampleTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@State(Scope.Benchmark)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class CheckBenchmark {

  private static final int TOKENS = Integer.getInteger("tokens", 10_000);
  private static final long NOW = System.currentTimeMillis() / 1000;

  private redis.clients.jedis.RedisClient jedis;
  private RedisClient lettuceClient;
  private RedisCommands<String, String> lettuce;
  private RevocationChecker hits;
  private RevocationChecker misses;
  private RevocationChecker byJedis;
  private RevocationChecker byLettuce;
  private List<Map<String, Object>> active;
  private List<Map<String, Object>> revoked;
  private int next;

  public static void main(String[] arguments) throws Exception {
    try (RedisServer server = RedisServer.start()) {
      print(
          new Runner(
                  new OptionsBuilder()
                      .include(CheckBenchmark.class.getSimpleName())
                      .jvmArgsAppend("-Dredis.port=" + server.port(), "-Dtokens=" + TOKENS)
                      .build())
              .run(),
          server.version());
    }
  }

  private static void print(Iterable<RunResult> results, String redisVersion) {
    List<RunResult> sorted = new ArrayList<>();
    results.forEach(sorted::add);
    sorted.sort(Comparator.comparing(CheckBenchmark::name));
    Statistics get = statistics(sorted, "getByJedis");
    System.out.printf(
        "%nRedis %s, Java %s, %d processors, %d tokens; microseconds, and ratios to getByJedis%n",
        redisVersion,
        System.getProperty("java.version"),
        Runtime.getRuntime().availableProcessors(),
        TOKENS);
    System.out.printf(
        "%-24s %9s %9s %9s %12s %12s%n", "", "p50", "p99", "p99.9", "p50 ratio", "p99 ratio");
    for (RunResult result : sorted) {
      Statistics it = result.getPrimaryResult().getStatistics();
      System.out.printf(
          Locale.ROOT,
          "%-24s %9.2f %9.2f %9.2f %12.3f %12.3f%n",
          name(result),
          it.getPercentile(50),
          it.getPercentile(99),
          it.getPercentile(99.9),
          it.getPercentile(50) / get.getPercentile(50),
          it.getPercentile(99) / get.getPercentile(99));
    }
  }

  private static Statistics statistics(List<RunResult> results, String name) {
    return results.stream()
        .filter(result -> name(result).equals(name))
        .findFirst()
        .orElseThrow()
        .getPrimaryResult()
        .getStatistics();
  }

  private static String name(RunResult result) {
    return result.getPrimaryResult().getLabel();
  }

  @Setup
  public void connect() {
    int port = Integer.getInteger("redis.port");
    jedis = redis.clients.jedis.RedisClient.create("127.0.0.1", port);
    lettuceClient = RedisClient.create(RedisURI.create("127.0.0.1", port));
    lettuceClient.setOptions(LettuceLookup.options(Duration.ofSeconds(1)));
    var connection = lettuceClient.connect();
    lettuce = connection.sync();
    Lookup lookup = JedisLookup.of(jedis);
    byJedis = RevocationChecker.of(lookup, WhenUnavailable.REFUSE);
    byLettuce = RevocationChecker.of(LettuceLookup.of(connection), WhenUnavailable.REFUSE);
    hits = byJedis.withCache(NearCache.of(Duration.ofHours(1), 10 * TOKENS));
    misses = byJedis.withCache(NearCache.of(Duration.ofNanos(1), 10 * TOKENS));
    active = tokens();
    revoked = tokens();
    for (Map<String, Object> token : revoked) {
      jedis.set("tg:sid:" + token.get("sid"), NOW + " logout");
      hits.check(TokenClaims.of(token));
    }
    active.forEach(token -> hits.check(TokenClaims.of(token)));
  }

  /** Ids as Keycloak makes them. */
  private static List<Map<String, Object>> tokens() {
    List<Map<String, Object>> tokens = new ArrayList<>();
    for (int index = 0; index < TOKENS; index++) {
      tokens.add(
          Map.of(
              "jti",
              "onrtac:" + UUID.randomUUID(),
              "sid",
              UUID.randomUUID().toString(),
              "sub",
              UUID.randomUUID().toString(),
              "iat",
              NOW,
              "exp",
              NOW + 300));
    }
    return tokens;
  }

  @TearDown
  public void disconnect() {
    jedis.close();
    lettuceClient.shutdown();
  }

  private TokenClaims token(List<Map<String, Object>> tokens) {
    next = next + 1 == TOKENS ? 0 : next + 1;
    return TokenClaims.of(tokens.get(next));
  }

  @Benchmark
  public String getByJedis() {
    return jedis.get("tg:at:token");
  }

  @Benchmark
  public String getByLettuce() {
    return lettuce.get("tg:at:token");
  }

  @Benchmark
  public Verdict checkByJedis() {
    return byJedis.check(token(active));
  }

  @Benchmark
  public Verdict checkByLettuce() {
    return byLettuce.check(token(active));
  }

  @Benchmark
  public Verdict cacheMissByJedis() {
    return misses.check(token(active));
  }

  @Benchmark
  public Verdict cacheHit() {
    return hits.check(token(active));
  }

  @Benchmark
  public Verdict cacheHitRevoked() {
    return hits.check(token(revoked));
  }
}
