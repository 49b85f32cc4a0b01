package dev.tokenguard.testbed;

import java.time.Duration;

/**
 * The length of the tests: short with {@code mvn verify}, full with {@code mvn verify -Pfull}.
 *
 * <p>Only {@code -Pfull} asserts times, on a machine without other load. Otherwise they are
 * printed: a longer time on a busy machine is not a defect.
 */
public final class TestLength {

  /** The JUnit tag of tests that run at full length only. */
  public static final String FULL = "full";

  /** The factor by which a wait may exceed its limit on a busy machine. */
  private static final int PATIENCE = 5;

  /** The printed part of a message, which may contain all requests of a scenario. */
  private static final int SHOWN = 400;

  private TestLength() {}

  public static boolean isFull() {
    return Boolean.getBoolean("tests.full");
  }

  /** A number, for example of rounds or users. */
  public static int of(int shortLength, int fullLength) {
    return isFull() ? fullLength : shortLength;
  }

  public static Duration of(Duration shortLength, Duration fullLength) {
    return isFull() ? fullLength : shortLength;
  }

  /** Whether a time beyond its limit is a failure. */
  public static boolean assertsTimes() {
    return Boolean.getBoolean("tests.times");
  }

  /** The time after which a wait for a condition is a failure. */
  public static Duration limit(Duration limit) {
    return assertsTimes() ? limit : limit.multipliedBy(PATIENCE);
  }

  /** Runs an assertion about a time; prints its failure if times are not asserted. */
  public static void assertTime(Runnable assertion) {
    if (assertsTimes()) {
      assertion.run();
      return;
    }
    try {
      assertion.run();
    } catch (AssertionError late) {
      String message = late.getMessage();
      System.out.println(
          "Reported, not asserted: " + message.substring(0, Math.min(SHOWN, message.length())));
    }
  }
}
