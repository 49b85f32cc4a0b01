package dev.tokenguard.testbed;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/** Waits for a condition outside this process, up to a deadline. */
public final class Await {

  private static final Duration PAUSE = Duration.ofMillis(50);

  private Await() {}

  /**
   * Returns once the condition holds.
   *
   * @param limit the timeout if times are asserted; otherwise it is extended for busy machines
   * @param what names the condition in the failure, for example "the event REFRESH_TOKEN_ERROR"
   * @throws AssertionError if it does not hold within the limit
   */
  public static void until(String what, Duration limit, BooleanSupplier condition) {
    Duration longest = TestLength.limit(limit);
    if (!holdsWithin(longest, condition)) {
      throw new AssertionError("waited " + longest.toSeconds() + " s without success for " + what);
    }
  }

  public static boolean holdsWithin(Duration limit, BooleanSupplier condition) {
    return holdsWithin(() -> limit, condition);
  }

  /**
   * Whether the condition held before the limit.
   *
   * @param limit read before each attempt, so it may grow
   */
  public static boolean holdsWithin(Supplier<Duration> limit, BooleanSupplier condition) {
    long begin = System.nanoTime();
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() - begin > limit.get().toNanos()
          || Thread.currentThread().isInterrupted()) {
        return false;
      }
      LockSupport.parkNanos(PAUSE.toNanos());
    }
    return true;
  }
}
