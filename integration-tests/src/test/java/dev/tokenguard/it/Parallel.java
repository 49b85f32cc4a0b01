package dev.tokenguard.it;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Phaser;
import java.util.function.IntFunction;
import java.util.stream.IntStream;

/** Runs something many times at once: all begin when the last one is ready. */
public final class Parallel {

  private Parallel() {}

  public static <T> List<T> run(int times, IntFunction<T> task) {
    ExecutorService threads = Executors.newFixedThreadPool(times);
    Phaser ready = new Phaser(times);
    try {
      return IntStream.range(0, times)
          .mapToObj(
              index ->
                  CompletableFuture.supplyAsync(
                      () -> {
                        ready.arriveAndAwaitAdvance();
                        return task.apply(index);
                      },
                      threads))
          .toList()
          .stream()
          .map(CompletableFuture::join)
          .toList();
    } finally {
      threads.shutdownNow();
    }
  }
}
