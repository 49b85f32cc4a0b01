package dev.tokenguard.benchmark;

import dev.tokenguard.benchmark.CommandCount.Pace;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Counts what refreshes send to PostgreSQL and Redis. Apart from the rounds: counting costs. */
final class CountingRun {

  private static final Duration BETWEEN_STEPS = Duration.ofMillis(1100);
  private static final Duration FULL_SPEED = Duration.ofSeconds(5);

  private final Deployment deployment;
  private final BenchmarkOptions options;

  CountingRun(Deployment deployment, BenchmarkOptions options) {
    this.deployment = deployment;
    this.options = options;
  }

  CommandCount count(Variant variant, Pace pace) {
    List<RefreshChain> chains = deployment.chains(variant, options);
    chains.forEach(RefreshChain::refresh);
    pause(BETWEEN_STEPS);
    boolean countsSql = deployment.postgres().canCountStatements();
    if (countsSql) {
      deployment.postgres().countStatements(true);
      pause(BETWEEN_STEPS);
    }
    try (RedisMonitor monitor = RedisMonitor.start(deployment.redis())) {
      int refreshes =
          pace == Pace.FULL_SPEED
              ? new RefreshLoad(chains).refreshFor(FULL_SPEED)
              : oneASecond(chains);
      // Keycloak writes sessions behind the answer, in batches.
      pause(BETWEEN_STEPS);
      List<StatementCalls> sql =
          countsSql ? deployment.postgres().statements(deployment.databaseOf(variant)) : List.of();
      return new CommandCount(variant, pace, refreshes, sql, monitor.commands());
    } finally {
      if (countsSql) {
        deployment.postgres().countStatements(false);
      }
    }
  }

  private int oneASecond(List<RefreshChain> chains) {
    for (int step = 0; step < options.steps(); step++) {
      chains.forEach(RefreshChain::refresh);
      pause(BETWEEN_STEPS);
    }
    return options.steps() * chains.size();
  }

  private static void pause(Duration duration) {
    try {
      TimeUnit.NANOSECONDS.sleep(duration.toNanos());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new BenchmarkFailure("Interrupted", e);
    }
  }
}
