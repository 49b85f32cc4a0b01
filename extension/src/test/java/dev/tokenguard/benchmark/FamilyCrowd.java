package dev.tokenguard.benchmark;

import dev.tokenguard.rotation.FamilyStore;
import dev.tokenguard.rotation.RefreshDecision;
import dev.tokenguard.rotation.RotationPolicy;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ForkJoinPool;
import java.util.stream.IntStream;

/** Many families in a store, each with the generation that it has come to. */
final class FamilyCrowd {

  /** So many at once fill the store; what is timed comes from one thread. */
  private static final int FILLERS = 4;

  private static final RotationPolicy POLICY = RotationPolicy.parse(Map.of());

  private final FamilyStore store;
  private final int perUser;
  private final int[] generations;
  private final SplittableRandom random = new SplittableRandom(42);
  private int size;

  /**
   * @param capacity the largest number of families to come
   */
  FamilyCrowd(FamilyStore store, int perUser, int capacity) {
    this.store = store;
    this.perUser = perUser;
    this.generations = new int[capacity];
  }

  /** Lets further families begin until there are so many. */
  void growTo(int families) {
    int from = size;
    size = families;
    together(from);
  }

  /** Rotates every family once. */
  void rotateAll() {
    together(0);
  }

  /** Rotates families drawn by chance, one after the other. */
  Latencies rotateSome(int rotations) {
    Latencies latencies = new Latencies();
    for (int count = 0; count < rotations; count++) {
      int number = random.nextInt(size);
      long begin = System.nanoTime();
      rotate(number);
      latencies.add(System.nanoTime() - begin);
    }
    return latencies;
  }

  private void together(int from) {
    ForkJoinPool fillers = new ForkJoinPool(FILLERS);
    try {
      fillers.submit(() -> IntStream.range(from, size).parallel().forEach(this::rotate)).get();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new BenchmarkFailure("Interrupted", e);
    } catch (ExecutionException e) {
      throw new BenchmarkFailure("The store failed: " + e.getCause().getMessage(), e);
    } finally {
      fillers.shutdown();
    }
  }

  private void rotate(int number) {
    RefreshDecision outcome =
        store.rotate(
            new MadeUpFamily(number, perUser).refresh(generations[number]++), POLICY, it -> false);
    if (!(outcome instanceof RefreshDecision.Rotated)) {
      throw new BenchmarkFailure("A straight refresh was answered with " + outcome);
    }
  }
}
