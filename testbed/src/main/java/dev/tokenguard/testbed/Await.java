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
   * @param limit by which it fails where times are asserted; elsewhere, a busy machine is given
   *     more time
   * @param what names the condition in the failure, as in "the event REFRESH_TOKEN_ERROR"
   * @throws AssertionError when it did not hold within the limit
   */
  public static void until(String what, Duration limit, BooleanSupplier condition) {
    Duration longest = TestLength.limit(limit);
    if (!holdsWithin(longest, condition)) {
      throw new AssertionError("waited " + longest.toSeconds() + " s in vain for " + what);
    }
  }

  public static boolean holdsWithin(Duration limit, BooleanSupplier condition) {
    return holdsWithin(() -> limit, condition);
  }

  /**
   * Whether the condition came to hold.
   *
   * @param limit is asked again and again, and may grow
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
