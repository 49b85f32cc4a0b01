package dev.tokenguard.faults;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;

/** How long this machine lets a thread wait that has something to do, while all is busy. */
final class Hiccups implements AutoCloseable {

  private static final long PAUSE_NANOS = 5_000_000;

  private final Thread watch = new Thread(this::watch, "hiccups");
  private volatile boolean isOver;
  private volatile long longest;

  Hiccups() {
    watch.setDaemon(true);
    watch.start();
  }

  private void watch() {
    while (!isOver) {
      long begin = System.nanoTime();
      LockSupport.parkNanos(PAUSE_NANOS);
      longest = Math.max(longest, System.nanoTime() - begin - PAUSE_NANOS);
    }
  }

  Duration longest() {
    return Duration.ofNanos(longest);
  }

  @Override
  public void close() {
    isOver = true;
  }
}
