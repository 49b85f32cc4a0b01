package dev.tokenguard.rotation;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;

/** A clock that goes on only when a test says so. */
public final class TestClock extends Clock {

  private Instant now;

  private TestClock(Instant now) {
    this.now = now;
  }

  /**
   * Begins in this minute, not at an arbitrary time: a real Redis deletes what ended in the past.
   * Not at the begin of a second either, so that rounding shows.
   */
  public static TestClock started() {
    return new TestClock(Instant.now().truncatedTo(ChronoUnit.SECONDS).plusMillis(60_250));
  }

  /** Begins at a given time, for what was written then. */
  public static TestClock startedAt(Instant begin) {
    return new TestClock(begin);
  }

  /** A negative duration sets the clock back. */
  public void advance(Duration duration) {
    now = now.plus(duration);
  }

  /** Full seconds since the epoch. */
  public long second() {
    return now.getEpochSecond();
  }

  @Override
  public Instant instant() {
    return now;
  }

  @Override
  public ZoneId getZone() {
    return ZoneOffset.UTC;
  }

  @Override
  public Clock withZone(ZoneId zone) {
    throw new UnsupportedOperationException("times are counted from the epoch");
  }
}
