package dev.tokenguard.faults;

import java.time.Duration;
import java.util.Collection;
import java.util.NavigableSet;
import java.util.TreeSet;
import java.util.stream.LongStream;

/**
 * When a client that needs no Redis was answered. It asks all the time, so what keeps its answers
 * back keeps all answers back: a machine that stands still, and not a fault of Redis.
 */
final class Pulse {

  /** The client thinks, asks and is answered well within this time. */
  static final Duration USUAL = Duration.ofMillis(300);

  private final NavigableSet<Long> answers;

  /**
   * @param answers by {@link System#nanoTime()}
   */
  Pulse(Collection<Long> answers) {
    this.answers = new TreeSet<>(answers);
  }

  /** The longest time between two answers of which at least a part lies between these. */
  Duration longestPause(long begin, long end) {
    return Duration.ofNanos(pauses(begin, end).max().orElse(0));
  }

  /** By how much such times exceeded the usual, in all. */
  Duration lost(long begin, long end) {
    return Duration.ofNanos(
        pauses(begin, end).map(pause -> Math.max(0, pause - USUAL.toNanos())).sum());
  }

  /** The last one lasts at least until the end. */
  private LongStream pauses(long begin, long end) {
    LongStream.Builder pauses = LongStream.builder();
    long last = before(begin);
    for (long answer : answers.tailSet(begin, false)) {
      pauses.add(answer - last);
      last = answer;
      if (last >= end) {
        return pauses.build();
      }
    }
    return pauses.add(end - last).build();
  }

  /** Whether between these nobody was served for as long as a command to Redis may take. */
  boolean stoodStill(long begin, long end) {
    return longestPause(begin, end).compareTo(FaultLab.TIMEOUT) > 0;
  }

  /** How often that was so. */
  long standstills() {
    return answers.stream().filter(this::endsAStandstill).count();
  }

  private boolean endsAStandstill(long answer) {
    Long last = answers.lower(answer);
    return last != null && answer - last > FaultLab.TIMEOUT.toNanos();
  }

  /** Nothing is known of the time before the first answer. */
  private long before(long moment) {
    if (answers.isEmpty()) {
      return moment;
    }
    Long answer = answers.floor(moment);
    return answer == null ? answers.first() : answer;
  }
}
