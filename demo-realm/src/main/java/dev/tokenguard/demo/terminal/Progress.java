package dev.tokenguard.demo.terminal;

import java.io.PrintStream;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * Prints the current step of the start and the elapsed time: on one updated line in a terminal,
 * otherwise on a line for each step and every ten seconds.
 */
public final class Progress implements AutoCloseable {

  private static final int SECONDS_BETWEEN_LINES = 10;

  private final PrintStream out;
  private final Colours colours;
  private final long begin = System.nanoTime();
  private final ScheduledExecutorService ticks;
  private String step = "";

  public Progress(PrintStream out, Colours colours) {
    this.out = out;
    this.colours = colours;
    this.ticks = Executors.newSingleThreadScheduledExecutor(Progress::thread);
    ticks.scheduleAtFixedRate(this::tick, 1, 1, TimeUnit.SECONDS);
  }

  /** Sets the current step. */
  public synchronized void step(String what) {
    step = what;
    show();
  }

  /** Prints a line that is not overwritten. */
  public synchronized void reached(String what) {
    step = what;
    show();
    if (colours.isTerminal()) {
      out.println();
    }
    step = "";
  }

  @Override
  public synchronized void close() {
    ticks.shutdownNow();
    if (colours.isTerminal() && !step.isEmpty()) {
      out.println();
    }
    step = "";
  }

  private synchronized void tick() {
    if (!step.isEmpty() && (colours.isTerminal() || seconds() % SECONDS_BETWEEN_LINES == 0)) {
      show();
    }
  }

  private void show() {
    String line = colours.faint(String.format("%4d s  ", seconds())) + step;
    if (colours.isTerminal()) {
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
