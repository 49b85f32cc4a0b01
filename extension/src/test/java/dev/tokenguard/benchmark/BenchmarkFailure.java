package dev.tokenguard.benchmark;

/** The benchmark cannot go on; the message tells the person at the terminal why. */
final class BenchmarkFailure extends RuntimeException {

  BenchmarkFailure(String message) {
    super(message);
  }

  BenchmarkFailure(String message, Throwable cause) {
    super(message, cause);
  }
}
