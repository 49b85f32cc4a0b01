package dev.tokenguard.it;

import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.IntFunction;
import java.util.stream.IntStream;

/** Runs something many times at once: all begin when the last one is ready. */
public final class Parallel {

  private Parallel() {}

  public static <T> List<T> run(int times, IntFunction<T> task) {
    ExecutorService threads = Executors.newFixedThreadPool(times);
    CountDownLatch ready = new CountDownLatch(times);
    try {
      List<Future<T>> futures =
          IntStream.range(0, times)
              .mapToObj(
                  index ->
                      threads.submit(
                          () -> {
                            ready.countDown();
                            ready.await();
                            return task.apply(index);
                          }))
              .toList();
      return futures.stream().map(Parallel::result).toList();
    } finally {
      threads.shutdownNow();
    }
  }

  private static <T> T result(Future<T> future) {
    try {
      return future.get();
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new AssertionError("interrupted", interrupted);
    } catch (ExecutionException failed) {
      throw new AssertionError(failed.getCause());
    }
  }
}
