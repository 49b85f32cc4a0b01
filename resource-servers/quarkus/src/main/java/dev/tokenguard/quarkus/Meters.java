package dev.tokenguard.quarkus;

import dev.tokenguard.checker.cache.NearCache;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Metrics;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.ToDoubleFunction;

/** Counts checks by verdict, in applications with Micrometer. */
final class Meters {

  private Meters() {}

  /** Not a {@code MeterBinder} bean: Quarkus would warn where it is removed. */
  static void register(TokenGuard guard) {
    if (isPresent("io.micrometer.core.instrument.Metrics")) {
      // Quarkus adds its registries to this one.
      register(Metrics.globalRegistry, guard);
    }
  }

  private static boolean isPresent(String className) {
    try {
      Class.forName(className, false, Meters.class.getClassLoader());
      return true;
    } catch (ClassNotFoundException absent) {
      return false;
    }
  }

  private static void register(MeterRegistry registry, TokenGuard guard) {
    VerdictCounts counts = guard.counts();
    count(registry, "active", counts.active);
    count(registry, "revoked", counts.revoked);
    count(registry, "unidentified", counts.unidentified);
    count(registry, "unknown-accepted", counts.accepted);
    count(registry, "unknown-refused", counts.refused);
    guard.cache().ifPresent(cache -> register(registry, cache));
  }

  private static void register(MeterRegistry registry, NearCache cache) {
    count(registry, cache, "hit", it -> it.statistics().hits());
    count(registry, cache, "miss", it -> it.statistics().misses());
    FunctionCounter.builder("token.guard.cache.evictions", cache, it -> it.statistics().evictions())
        .description("Entries that were removed because the cache was full")
        .register(registry);
  }

  private static void count(
      MeterRegistry registry, NearCache cache, String result, ToDoubleFunction<NearCache> count) {
    FunctionCounter.builder("token.guard.cache.gets", cache, count)
        .description("Checks without (hit) and with (miss) a round trip to Redis")
        .tag("result", result)
        .register(registry);
  }

  private static void count(MeterRegistry registry, String verdict, LongAdder count) {
    FunctionCounter.builder("token.guard.checks", count, LongAdder::sum)
        .description("Checks of access tokens by verdict")
        .tag("verdict", verdict)
        .register(registry);
  }
}
