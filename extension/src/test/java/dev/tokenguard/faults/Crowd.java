package dev.tokenguard.faults;

import dev.tokenguard.testbed.TestLength;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;

/** Actors, each on a thread of its own, who act until they are stopped. */
final class Crowd {

  private static final Duration THINKING =
      TestLength.of(Duration.ofMillis(250), Duration.ofMillis(150));

  private final List<? extends Actor> actors;
  private final Ledger ledger;
  private final Duration thinking;
  private final List<Thread> threads = new ArrayList<>();
  private volatile boolean isOver;

  Crowd(List<? extends Actor> actors, Ledger ledger) {
    this(actors, ledger, THINKING);
  }

  /**
   * @param thinking between two steps of an actor
   */
  Crowd(List<? extends Actor> actors, Ledger ledger, Duration thinking) {
    this.actors = actors;
    this.ledger = ledger;
    this.thinking = thinking;
  }

  void start() {
    for (Actor actor : actors) {
      Thread thread = new Thread(() -> act(actor));
      threads.add(thread);
      thread.start();
    }
  }

  private void act(Actor actor) {
    try {
      while (!isOver) {
        actor.step();
        LockSupport.parkNanos(thinking.toNanos());
      }
    } catch (RuntimeException | AssertionError broken) {
      ledger.violation(actor.getClass().getSimpleName(), "gave up: " + broken);
    }
  }

  void tellOfTheFault() {
    actors.forEach(Actor::faultBegins);
  }

  /** Lets everybody end what is begun, and looks what is left. */
  void settle() {
    isOver = true;
    threads.forEach(Crowd::join);
    actors.forEach(Actor::settle);
  }

  private static void join(Thread thread) {
    try {
      thread.join();
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(interrupted);
    }
  }
}
