package dev.tokenguard.spring;

import dev.tokenguard.checker.Verdict;
import java.time.Duration;
import java.util.function.LongSupplier;

/** Metrics of the checks. */
interface CheckRecorder {

  /** Without Micrometer. */
  CheckRecorder NONE =
      new CheckRecorder() {
        @Override
        public void record(Verdict verdict, Duration duration) {}

        @Override
        public void observeCache(LongSupplier hits, LongSupplier misses) {}
      };

  void record(Verdict verdict, Duration duration);

  void observeCache(LongSupplier hits, LongSupplier misses);
}
