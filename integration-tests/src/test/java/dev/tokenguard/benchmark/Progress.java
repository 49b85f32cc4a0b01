package dev.tokenguard.benchmark;

import java.time.Duration;
import java.util.Locale;

/** Prints the progress, with the time since the start. */
public final class Progress {

  private static final long BEGIN = System.nanoTime();

  private Progress() {}

  public static void say(String format, Object... arguments) {
    Duration elapsed = Duration.ofNanos(System.nanoTime() - BEGIN);
    System.out.printf(
        "[%2d:%02d] %s%n",
        elapsed.toMinutes(),
        elapsed.toSecondsPart(),
        String.format(Locale.ROOT, format, arguments));
  }
}
