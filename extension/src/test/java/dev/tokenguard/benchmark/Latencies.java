package dev.tokenguard.benchmark;

import java.util.Arrays;

/** How long requests took, in nanoseconds. Not for use by several threads. */
final class Latencies {

  private static final double NANOS_PER_MILLI = 1_000_000;

  private long[] nanos = new long[4096];
  private int count;

  void add(long duration) {
    if (count == nanos.length) {
      nanos = Arrays.copyOf(nanos, 2 * count);
    }
    nanos[count++] = duration;
  }

  void addAll(Latencies others) {
    for (int index = 0; index < others.count; index++) {
      add(others.nanos[index]);
    }
  }

  int count() {
    return count;
  }

  /**
   * The duration that the given part of all requests did not exceed.
   *
   * @param part above 0, at most 1
   */
  double millis(double part) {
    if (count == 0) {
      return 0;
    }
    Arrays.sort(nanos, 0, count);
    int rank = (int) Math.ceil(part * count);
    return nanos[Math.max(0, rank - 1)] / NANOS_PER_MILLI;
  }

  double micros(double part) {
    return 1000 * millis(part);
  }
}
