package dev.tokenguard.faults;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;

/** Actors, each on a thread of its own, who act until they are stopped. */
final class Actors {

  private final List<? extends Actor> actors;
  private final Ledger ledger;
  private final Duration pause;
  private final List<Thread> threads = new ArrayList<>();
  private volatile boolean isOver;

  /**
   * @param pause between two steps of an actor
   */
  Actors(List<? extends Actor> actors, Ledger ledger, Duration pause) {
    this.actors = actors;
    this.ledger = ledger;
    this.pause = pause;
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
        LockSupport.parkNanos(pause.toNanos());
      }
    } catch (RuntimeException | AssertionError broken) {
      ledger.violation(actor.getClass().getSimpleName(), "stopped: " + broken);
    }
  }

  void faultBegins() {
    actors.forEach(Actor::faultBegins);
  }

  /** Stops all actors, and lets them check the final state. */
  void settle() {
    isOver = true;
    threads.forEach(Actors::join);
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
