package dev.tokenguard.testbed;

import java.time.Duration;

/**
 * How long the tests are: short in {@code mvn verify}, full in {@code mvn verify -Pfull}.
 *
 * <p>Times are asserted by {@code -Pfull} only, on a machine without other work. Elsewhere they are
 * printed: a busy machine makes any time longer, and that is no defect.
 */
public final class TestLength {

  /** The JUnit tag of tests that run in the full length only. */
  public static final String FULL = "full";

  /** By how much a wait may exceed its limit on a busy machine. */
  private static final int PATIENCE = 5;

  /** Of a message that may hold all requests of a scenario. */
  private static final int SHOWN = 400;

  private TestLength() {}

  public static boolean isFull() {
    return Boolean.getBoolean("tests.full");
  }

  /** A number of rounds, users, or the like. */
  public static int of(int shortLength, int fullLength) {
    return isFull() ? fullLength : shortLength;
  }

  public static Duration of(Duration shortLength, Duration fullLength) {
    return isFull() ? fullLength : shortLength;
  }

  /** Whether a time that is too long is a failure. */
  public static boolean assertsTimes() {
    return Boolean.getBoolean("tests.times");
  }

  /** The time after which a wait for a condition is a failure. */
  public static Duration limit(Duration limit) {
    return assertsTimes() ? limit : limit.multipliedBy(PATIENCE);
  }

  /** Runs an assertion about a time; prints its failure where times are not asserted. */
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
