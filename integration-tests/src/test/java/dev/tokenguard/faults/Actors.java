package dev.tokenguard.faults;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.LockSupport;

/** Actors, each on a thread of its own, who act until they are stopped. */
final class Actors {

  private final List<? extends Actor> actors;
  private final Ledger ledger;
  private final Duration pause;
  private final List<CompletableFuture<Void>> acting = new ArrayList<>();
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
      acting.add(CompletableFuture.runAsync(() -> act(actor), task -> new Thread(task).start()));
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
    acting.forEach(CompletableFuture::join);
    actors.forEach(Actor::settle);
  }
}
