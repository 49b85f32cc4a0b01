package dev.tokenguard.demo;

import java.io.PrintStream;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * Prints the current step of the start and the elapsed time: on one updated line in a terminal,
 * otherwise on a line for each step and every ten seconds.
 */
final class Progress implements AutoCloseable {

  private static final int SECONDS_BETWEEN_LINES = 10;

  private final PrintStream out;
  private final Ink ink;
  private final long begin = System.nanoTime();
  private final ScheduledExecutorService ticks;
  private String step = "";

  Progress(PrintStream out, Ink ink) {
    this.out = out;
    this.ink = ink;
    this.ticks = Executors.newSingleThreadScheduledExecutor(Progress::thread);
    ticks.scheduleAtFixedRate(this::tick, 1, 1, TimeUnit.SECONDS);
  }

  /** Sets the current step. */
  synchronized void step(String what) {
    step = what;
    show();
  }

  /** Prints a line that is not overwritten. */
  synchronized void reached(String what) {
    step = what;
    show();
    if (ink.isTerminal()) {
      out.println();
    }
    step = "";
  }

  @Override
  public synchronized void close() {
    ticks.shutdownNow();
    if (ink.isTerminal() && !step.isEmpty()) {
      out.println();
    }
    step = "";
  }

  private synchronized void tick() {
    if (!step.isEmpty() && (ink.isTerminal() || seconds() % SECONDS_BETWEEN_LINES == 0)) {
      show();
    }
  }

  private void show() {
    String line = ink.faint(String.format("%4d s  ", seconds())) + step;
    if (ink.isTerminal()) {
      out.print("\r\u001b[K" + line);
      out.flush();
    } else {
      out.println(line);
    }
  }

  private long seconds() {
    return TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - begin);
  }

  private static Thread thread(Runnable task) {
    Thread thread = new Thread(task, "progress");
    thread.setDaemon(true);
    return thread;
  }
}
