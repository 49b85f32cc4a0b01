package dev.tokenguard.benchmark.support;

import java.time.Duration;
import java.util.Locale;

/** Prints the progress, with the time since the start. */
public final class Progress {

  private final long begin = System.nanoTime();

  public void say(String format, Object... arguments) {
    Duration elapsed = Duration.ofNanos(System.nanoTime() - begin);
    System.out.printf(
        "[%2d:%02d] %s%n",
        elapsed.toMinutes(),
        elapsed.toSecondsPart(),
        String.format(Locale.ROOT, format, arguments));
  }
}
