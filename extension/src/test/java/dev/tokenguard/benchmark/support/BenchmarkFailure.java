package dev.tokenguard.benchmark.support;

/** The benchmark cannot go on; the message tells the person at the terminal why. */
public final class BenchmarkFailure extends RuntimeException {

  public BenchmarkFailure(String message) {
    super(message);
  }

  public BenchmarkFailure(String message, Throwable cause) {
    super(message, cause);
  }
}
