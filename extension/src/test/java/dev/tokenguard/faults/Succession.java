package dev.tokenguard.faults;

import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;

/**
 * One actor after the other: who has lived for some steps is followed by another, logged in anew.
 */
final class Succession implements Actor {

  private static final int SHORTEST = 10;
  private static final int LONGEST = 30;

  /** Late enough for a copied token to be old, and early enough for it not to have expired. */
  private static final int MOMENT = 4;

  private final Supplier<Actor> next;
  private final boolean settlesEach;
  private final Random random;
  private final AtomicLong begun;

  private Actor actor;
  private int age;
  private int end;

  /**
   * @param next logs in
   * @param settlesEach whether what must be true in the end is looked at while others go on; one
   *     that is not settled goes away without a word
   * @param begun counts
   */
  Succession(Supplier<Actor> next, boolean settlesEach, Random random, AtomicLong begun) {
    this.next = next;
    this.settlesEach = settlesEach;
    this.random = random;
    this.begun = begun;
    begin();
  }

  private void begin() {
    actor = next.get();
    age = 0;
    end = SHORTEST + random.nextInt(LONGEST - SHORTEST);
    begun.incrementAndGet();
  }

  /** What an actor does when a fault begins it does after some steps. */
  @Override
  public void step() {
    if (age == end) {
      if (settlesEach) {
        actor.settle();
      }
      begin();
    }
    if (age == MOMENT) {
      actor.faultBegins();
    }
    age++;
    actor.step();
  }

  @Override
  public void settle() {
    if (settlesEach && age <= MOMENT + 1) {
      return; // Too young for what it has to do.
    }
    actor.settle();
  }
}
