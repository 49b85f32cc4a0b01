package dev.tokenguard.faults;

import static dev.tokenguard.faults.FaultRealm.ALLOW;
import static dev.tokenguard.faults.FaultRealm.DENY;
import static dev.tokenguard.faults.FaultRealm.UNGUARDED;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tokenguard.testbed.Await;
import dev.tokenguard.testbed.TestLength;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/**
 * Honest clients, thieves and clients that log out act before, during and after a fault. No honest
 * client may be logged out, nothing revoked may be accepted, and after the fault refreshes succeed.
 *
 * <p>Times are asserted where tests assert times, and where the machine did not stand still: a
 * client of a realm without Token Guard sends requests all the time and shows that.
 */
public final class Scenario {

  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final Duration ON_A_BUSY_MACHINE = Duration.ofMinutes(3);
  private static final Duration DURING =
      TestLength.of(Duration.ofMillis(600), Duration.ofSeconds(3));
  private static final Duration AFTERWARDS =
      TestLength.of(Duration.ofMillis(200), Duration.ofSeconds(1));
  private static final Duration PAUSE =
      TestLength.of(Duration.ofMillis(250), Duration.ofMillis(150));

  /** Pending revocations are written by a timer that runs each second. */
  private static final Duration RECORDED = Duration.ofSeconds(10);

  /** A fault is over for clients: the wait of the breaker, and a busy machine. */
  private static final Duration RECOVERY = Duration.ofSeconds(5);

  /** Of 100 answers: a busy machine misses a timeout now and then. */
  private static final int FEW = 5;

  private final FaultRealm realm;
  private final Ledger ledger = new Ledger();
  private final Ledger elsewhere = new Ledger();
  private Duration recovery = RECOVERY;
  private boolean isDataLost;
  private boolean areRevocationsLost;
  private TokenClient probe;

  private Scenario(FaultRealm realm) {
    this.realm = realm;
  }

  public static Scenario in(FaultRealm realm) {
    return new Scenario(realm);
  }

  /**
   * Redis loses the last generations, or all data. A replay may pass; both branches are revoked
   * when both were used afterwards.
   */
  public Scenario withDataLoss() {
    isDataLost = true;
    return this;
  }

  /** Redis may lose what was revoked meanwhile, too. */
  Scenario withLostRevocations() {
    areRevocationsLost = true;
    return this;
  }

  /** Other servers decide when the fault is over. */
  public Scenario recoveringWithin(Duration longer) {
    recovery = longer;
    return this;
  }

  /**
   * @param meanwhile what is asserted while the fault lasts
   */
  public Scenario run(Runnable begin, Runnable meanwhile, Runnable end) {
    probe = logIn("probe", DENY, "alice");
    TokenClient loggedOut = logIn("logged out", DENY, "carol");
    TokenClient revoked = logIn("revoked", DENY, "carol");
    List<Actor> all = honestClientsAndThieves();
    all.add(new Actor.LeavingClient(loggedOut, TokenClient::logOut, true));
    all.add(new Actor.LeavingClient(revoked, TokenClient::revokeAccessToken, false));
    all.add(new Actor.UnguardedClient(logIn("unguarded", UNGUARDED, "alice")));
    Actors actors = new Actors(all, ledger, PAUSE);
    Actors outside =
        new Actors(
            List.of(new Actor.UnguardedClient(realm.elsewhere(elsewhere))), elsewhere, PAUSE);
    outside.start();
    actors.start();
    Await.until("some answers", PATIENCE, () -> ledger.count(200) > 30);
    begin.run();
    try {
      actors.faultBegins();
      LockSupport.parkNanos(DURING.toNanos());
      meanwhile.run();
    } finally {
      end.run();
    }
    await("refreshes", probe::isServedByAll);
    LockSupport.parkNanos(AFTERWARDS.toNanos());
    actors.settle();
    outside.settle();
    if (!areRevocationsLost) {
      // Resource servers read Redis only.
      for (String key :
          List.of("tg:sid:" + loggedOut.session(), "tg:at:" + revoked.accessTokenId())) {
        Await.until("the key " + key, RECORDED, () -> realm.redisHas(key));
      }
    }
    assertThat(ledger.violations()).as("%s", ledger).isEmpty();
    assertThat(elsewhere.violations()).as("another realm: %s", elsewhere).isEmpty();
    System.out.printf(
        "Scenario of a fault: %d requests, p99 %d ms, %d standstills of the machine%n",
        ledger.size(), ledger.p99().toMillis(), standstills());
    // A command waits for a connection of the pool, for a new one, and for the answer.
    assertTime(() -> assertThat(ledger.p99()).isLessThan(FaultRealm.TIMEOUT.multipliedBy(3)));
    return this;
  }

  private List<Actor> honestClientsAndThieves() {
    long seed = System.nanoTime();
    List<Actor> actors = new ArrayList<>();
    for (String policy : List.of(DENY, ALLOW)) {
      for (int number = 1; number <= 2; number++) {
        TokenClient client = logIn("honest " + policy + " " + number, policy, "alice");
        actors.add(new Actor.HonestClient(client, new Random(seed + actors.size())));
      }
      boolean mayPass = isDataLost || policy.equals(ALLOW);
      actors.add(new Actor.Thief(logIn("victim " + policy, policy, "bob"), mayPass));
    }
    return actors;
  }

  private TokenClient logIn(String name, String client, String user) {
    return realm.logIn(ledger, name, client, user);
  }

  /** Where times are asserted, within the time of a recovery. */
  void await(String what, BooleanSupplier condition) {
    assertThat(
            Await.holdsWithin(() -> areTimesAsserted() ? recovery : ON_A_BUSY_MACHINE, condition))
        .as("%s; %s%nanother realm: %s", what, ledger, elsewhere)
        .isTrue();
  }

  boolean areTimesAsserted() {
    return TestLength.assertsTimes() && standstills() == 0;
  }

  /** How often the machine did not answer for as long as a timeout to Redis. */
  long standstills() {
    return elsewhere.pausesLongerThan(PAUSE.plus(FaultRealm.TIMEOUT));
  }

  private void assertTime(Runnable assertion) {
    if (standstills() == 0) {
      TestLength.assertTime(assertion);
    }
  }

  /** Of a fault during which Redis executes all commands. */
  void assertFewPostponed() {
    assertTime(
        () ->
            assertThat(ledger.count(503))
                .as("postponed: %s", ledger)
                .isLessThanOrEqualTo(ledger.size() * FEW / 100));
  }

  long postponed() {
    return ledger.count(503);
  }
}
