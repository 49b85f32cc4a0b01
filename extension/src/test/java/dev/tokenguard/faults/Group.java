package dev.tokenguard.faults;

import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.stream.IntStream;

/** Actors of one kind, who follow each other, with a ledger of their own. */
final class Group {

  private static final Duration THINKING = Duration.ofSeconds(2);

  private final Ledger ledger = new Ledger();
  private final AtomicLong begun = new AtomicLong();
  private final Crowd crowd;

  /**
   * @param size how many are there at a time
   * @param settlesEach see {@link Succession}
   * @param login an app that is logged in, by its ledger and its name
   * @param actor what the app is used for
   */
  Group(
      int size,
      boolean settlesEach,
      Random random,
      BiFunction<Ledger, String, App> login,
      Function<App, Actor> actor) {
    List<Succession> successions =
        IntStream.rangeClosed(1, size)
            .mapToObj(
                number ->
                    new Succession(
                        () -> actor.apply(login.apply(ledger, "family " + number)),
                        settlesEach,
                        new Random(random.nextLong()),
                        begun))
            .toList();
    crowd = new Crowd(successions, ledger, THINKING);
  }

  void start() {
    crowd.start();
  }

  void settle() {
    crowd.settle();
  }

  /** How many families there have been. */
  long begun() {
    return begun.get();
  }

  long answers() {
    return ledger.size();
  }

  long postponed() {
    return ledger.count(503);
  }

  long refused() {
    return ledger.count(400) + ledger.count(401);
  }

  List<String> violations() {
    return ledger.violations();
  }
}
