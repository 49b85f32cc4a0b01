package dev.tokenguard.benchmark.refresh;

import dev.tokenguard.benchmark.refresh.Subject.Chain;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.HdrHistogram.Histogram;

/**
 * Chains that send requests at the same time, each as soon as it has its answer.
 *
 * @param chains logged in
 * @param request of a chain; a refusal stops the benchmark
 */
record Load(List<Chain> chains, Consumer<Chain> request) {

  /** Sends requests for this time, and returns how many were answered. */
  long runFor(Duration duration) {
    return run(Duration.ZERO, duration, () -> {}).getTotalCount();
  }

  /**
   * Sends requests for the time of both durations, and times what is answered in the second.
   *
   * @param settle gives caches that a switch has emptied the time to fill
   * @param atEdges called when the second begins and when it ends
   * @return the durations in nanoseconds
   */
  Histogram run(Duration settle, Duration timed, Runnable atEdges) {
    ExecutorService threads = Executors.newFixedThreadPool(chains.size());
    try {
      long begin = System.nanoTime() + settle.toNanos();
      long end = begin + timed.toNanos();
      List<Future<Histogram>> running = new ArrayList<>();
      chains.forEach(chain -> running.add(threads.submit(sending(chain, begin, end))));
      TimeUnit.NANOSECONDS.sleep(begin - System.nanoTime());
      atEdges.run();
      TimeUnit.NANOSECONDS.sleep(end - System.nanoTime());
      atEdges.run();
      Histogram all = new Histogram(3);
      for (Future<Histogram> each : running) {
        all.add(each.get());
      }
      return all;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("Interrupted", e);
    } catch (ExecutionException e) {
      throw new IllegalStateException(e.getCause().getMessage(), e.getCause());
    } finally {
      threads.shutdownNow();
    }
  }

  private Callable<Histogram> sending(Chain chain, long begin, long end) {
    return () -> {
      Histogram taken = new Histogram(3);
      long asked = System.nanoTime();
      while (asked < end) {
        request.accept(chain);
        long answered = System.nanoTime();
        if (answered >= begin && answered < end) {
          taken.recordValue(answered - asked);
        }
        asked = answered;
      }
      return taken;
    };
  }
}
