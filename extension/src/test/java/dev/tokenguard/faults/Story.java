package dev.tokenguard.faults;

import static dev.tokenguard.faults.FaultLab.ALLOW;
import static dev.tokenguard.faults.FaultLab.DENY;
import static dev.tokenguard.faults.FaultLab.STOCK;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tokenguard.testbed.Await;
import dev.tokenguard.testbed.TestLength;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/** A crowd lives through a fault: some time before, some with it, and some after it. */
public final class Story {

  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final Duration ON_A_BUSY_MACHINE = Duration.ofMinutes(3);
  private static final Duration WITH_THE_FAULT =
      TestLength.of(Duration.ofSeconds(1), Duration.ofSeconds(3));
  private static final Duration AFTERWARDS =
      TestLength.of(Duration.ofMillis(300), Duration.ofSeconds(1));

  /** A revocation is told to Redis by a timer that comes each second. */
  private static final Duration TOLD = Duration.ofSeconds(10);

  private final FaultLab lab;
  private final Promise promise;
  private final Ledger ledger = new Ledger();
  private final Ledger elsewhere = new Ledger();
  private final App probe;
  private final App loggedOut;
  private final App revoked;
  private final Crowd crowd;

  /** Asks all the time, from before the first of the others until after the last. */
  private final Crowd stranger;

  private Story(FaultLab lab, Promise promise) {
    this.lab = lab;
    this.promise = promise;
    this.probe = app("probe", DENY, "alice");
    this.loggedOut = app("logged out", DENY, "carol");
    this.revoked = app("revoked", DENY, "carol");
    this.crowd = new Crowd(actors(), ledger);
    this.stranger = new Crowd(List.of(new Bystander(lab.stranger(elsewhere))), elsewhere);
  }

  static Story in(FaultLab lab) {
    return in(lab, Promise.OF_ANY_FAULT);
  }

  public static Story in(FaultLab lab, Promise promise) {
    return new Story(lab, promise);
  }

  private List<Actor> actors() {
    long seed = System.nanoTime();
    List<Actor> actors = new ArrayList<>();
    for (String policy : new String[] {DENY, ALLOW}) {
      for (int number = 1; number <= 2; number++) {
        App app = app("honest " + policy + " " + number, policy, "alice");
        actors.add(new HonestClient(app, new Random(seed + actors.size())));
      }
      boolean mayPass = !promise.keepsLineages() || policy.equals(ALLOW);
      actors.add(new Thief(app("victim " + policy, policy, "bob"), mayPass));
    }
    actors.add(new Leaver(loggedOut, App::logOut, true));
    actors.add(new Leaver(revoked, App::revokeAccessToken, false));
    actors.add(new Bystander(app("bystander", STOCK, "alice")));
    return actors;
  }

  private App app(String name, String client, String user) {
    return new App(ledger, name, lab.clients(client), lab.logIn(client, user));
  }

  /**
   * @param meanwhile what is to be seen while the fault lasts
   * @return what it has left, which is clean
   */
  public Outcome play(Runnable begin, Runnable meanwhile, Runnable end) {
    live(begin, meanwhile, end);
    assertRedisWasTold();
    Outcome outcome = new Outcome(ledger, elsewhere);
    outcome.assertNoViolations();
    System.out.println("Scenario of a fault: " + outcome.times());
    TestLength.assertTime(() -> outcome.assertClean(FaultLab.ALL_TIMEOUTS));
    return outcome;
  }

  private void live(Runnable begin, Runnable meanwhile, Runnable end) {
    stranger.start();
    crowd.start();
    Await.until("some answers", PATIENCE, () -> ledger.count(200) > 30);
    begin.run();
    try {
      crowd.tellOfTheFault();
      LockSupport.parkNanos(WITH_THE_FAULT.toNanos());
      meanwhile.run();
    } finally {
      end.run();
    }
    await("refreshes go on", probe::isServedByAll);
    LockSupport.parkNanos(AFTERWARDS.toNanos());
    crowd.settle();
    stranger.settle();
  }

  /**
   * Fails unless the condition comes to hold; where times are asserted, within the time that is
   * promised for a recovery. Time in which the machine stood still is not held against Token Guard.
   */
  void await(String what, BooleanSupplier condition) {
    long begin = System.nanoTime();
    assertThat(Await.holdsWithin(() -> timeToRecover(begin), condition))
        .as("%s; %s", what, new Outcome(ledger, elsewhere))
        .isTrue();
  }

  private Duration timeToRecover(long begin) {
    Duration lost = elsewhere.pulse().lost(begin, System.nanoTime());
    Duration recovery = TestLength.assertsTimes() ? promise.recovery() : ON_A_BUSY_MACHINE;
    return recovery.plus(lost.compareTo(PATIENCE) < 0 ? lost : PATIENCE);
  }

  /** Resource servers ask Redis alone. */
  private void assertRedisWasTold() {
    switch (promise.told()) {
      case ALL -> {
        awaitKey("tg:sid:" + loggedOut.session());
        awaitKey("tg:at:" + revoked.accessTokenId());
      }
      case PERHAPS_NOTHING -> {}
    }
  }

  private void awaitKey(String key) {
    Await.until("Redis to know " + key, TOLD, () -> lab.redisHolds(key));
  }
}
