package dev.tokenguard.benchmark;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/** Chains that refresh at the same time, each as soon as it has its answer. */
final class RefreshLoad {

  private final List<RefreshChain> chains;

  /**
   * @param chains logged in
   */
  RefreshLoad(List<RefreshChain> chains) {
    this.chains = chains;
  }

  /** Refreshes for so long, and tells how often. */
  int refreshFor(Duration duration) {
    return run(Duration.ZERO, duration, () -> {}).count();
  }

  /**
   * Refreshes for the time of both durations, and times what is answered in the second.
   *
   * @param settle gives caches that a switch has emptied the time to fill
   * @param atEdges called when the second begins and when it ends
   */
  Latencies run(Duration settle, Duration timed, Runnable atEdges) {
    ExecutorService threads = Executors.newFixedThreadPool(chains.size());
    try {
      long begin = System.nanoTime() + settle.toNanos();
      long end = begin + timed.toNanos();
      List<Future<Latencies>> running = new ArrayList<>();
      for (RefreshChain chain : chains) {
        running.add(threads.submit(refreshing(chain, begin, end)));
      }
      sleepUntil(begin);
      atEdges.run();
      sleepUntil(end);
      atEdges.run();
      Latencies latencies = new Latencies();
      for (Future<Latencies> each : running) {
        latencies.addAll(each.get());
      }
      return latencies;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new BenchmarkFailure("Interrupted", e);
    } catch (ExecutionException e) {
      throw new BenchmarkFailure(e.getCause().getMessage(), e.getCause());
    } finally {
      threads.shutdownNow();
    }
  }

  private static Callable<Latencies> refreshing(RefreshChain chain, long begin, long end) {
    return () -> {
      Latencies latencies = new Latencies();
      long asked = System.nanoTime();
      while (asked < end) {
        chain.refresh();
        long answered = System.nanoTime();
        if (answered >= begin && answered < end) {
          latencies.add(answered - asked);
        }
        asked = answered;
      }
      return latencies;
    };
  }

  private static void sleepUntil(long nanoTime) throws InterruptedException {
    TimeUnit.NANOSECONDS.sleep(nanoTime - System.nanoTime());
  }
}
