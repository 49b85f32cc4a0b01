package dev.tokenguard.benchmark.support;

import java.util.Arrays;

/** How long requests took, in nanoseconds. Not for use by several threads. */
public final class Latencies {

  private static final double NANOS_PER_MILLI = 1_000_000;

  private long[] nanos = new long[4096];
  private int count;

  public void add(long duration) {
    if (count == nanos.length) {
      nanos = Arrays.copyOf(nanos, 2 * count);
    }
    nanos[count++] = duration;
  }

  public void addAll(Latencies others) {
    for (int index = 0; index < others.count; index++) {
      add(others.nanos[index]);
    }
  }

  public int count() {
    return count;
  }

  /**
   * The duration that the given part of all requests did not exceed.
   *
   * @param part above 0, at most 1
   */
  public double millis(double part) {
    if (count == 0) {
      return 0;
    }
    Arrays.sort(nanos, 0, count);
    int rank = (int) Math.ceil(part * count);
    return nanos[Math.max(0, rank - 1)] / NANOS_PER_MILLI;
  }

  public double micros(double part) {
    return 1000 * millis(part);
  }
}
