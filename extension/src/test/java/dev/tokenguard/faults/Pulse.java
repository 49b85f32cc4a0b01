package dev.tokenguard.faults;

import java.time.Duration;
import java.util.Collection;
import java.util.NavigableSet;
import java.util.TreeSet;

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
    long longest = 0;
    long last = before(begin);
    for (long answer : answers.tailSet(begin, false)) {
      longest = Math.max(longest, answer - last);
      last = answer;
      if (last >= end) {
        break;
      }
    }
    return Duration.ofNanos(Math.max(longest, end - last));
  }

  /** By how much the longest of all exceeded the usual. */
  Duration longestDelay() {
    return answers.isEmpty()
        ? Duration.ZERO
        : Duration.ofNanos(beyondUsual(longestPause(answers.first(), answers.last()).toNanos()));
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

  /** By how much the pauses between these exceeded the usual, in all. */
  Duration lost(long begin, long end) {
    long lost = 0;
    long last = begin;
    for (long answer : answers.subSet(begin, false, end, false)) {
      lost += beyondUsual(answer - last);
      last = answer;
    }
    return Duration.ofNanos(lost + beyondUsual(end - last));
  }

  private static long beyondUsual(long pause) {
    return Math.max(0, pause - USUAL.toNanos());
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
