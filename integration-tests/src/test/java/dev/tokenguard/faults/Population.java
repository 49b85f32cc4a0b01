package dev.tokenguard.faults;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * The clients of a soak: of ten families one is stolen from, and few are logged out. Users have
 * three families each, of any kind. A family that was used for some steps is followed by another.
 */
final class Population {

  private static final int FAMILIES_PER_USER = 3;
  private static final int FAMILIES_PER_THEFT = 10;

  /** Few: a terminated session is kept for an hour, longer than most soaks take. */
  private static final int FAMILIES_PER_LOGOUT = 30;

  /** So that Redis can drop records soon. */
  private static final int ACCESS_TOKEN_SECONDS = 60;

  private static final int REFRESH_TOKEN_SECONDS = 90;
  private static final Duration PAUSE = Duration.ofSeconds(2);

  private final Random random;
  private final FaultRealm realm;
  private final List<String> users;
  final Group honest;
  final Group leaving;
  final Group thieves;

  Population(FaultRealm realm, int families, Random random) {
    this.realm = realm;
    this.random = random;
    realm
        .admin()
        .updateRealm(
            Map.of(
                "accessTokenLifespan", ACCESS_TOKEN_SECONDS,
                "accessTokenLifespanForImplicitFlow", ACCESS_TOKEN_SECONDS,
                "ssoSessionIdleTimeout", REFRESH_TOKEN_SECONDS,
                "eventsEnabled", false,
                // Hashed once, or most of the CPU time would be spent on logins.
                "passwordPolicy", "hashAlgorithm(pbkdf2-sha256) and hashIterations(1)"));
    users =
        IntStream.rangeClosed(1, Math.max(1, families / FAMILIES_PER_USER))
            .mapToObj(number -> "soak" + number)
            .toList();
    users.forEach(user -> realm.admin().createUser(user, FaultRealm.PASSWORD));
    int stolen = families / FAMILIES_PER_THEFT;
    int loggedOut = Math.max(1, families / FAMILIES_PER_LOGOUT);
    honest =
        new Group(
            families - stolen - loggedOut,
            false,
            client -> new Actor.HonestClient(client, new Random(random.nextLong())));
    leaving =
        new Group(
            loggedOut, true, client -> new Actor.LeavingClient(client, TokenClient::logOut, true));
    thieves =
        new Group(
            stolen,
            true,
            client ->
                random.nextBoolean()
                    ? new Actor.Thief(client, false)
                    : new Actor.EarlyThief(client));
  }

  void start() {
    groups().forEach(group -> group.actors.start());
  }

  /** First those whose final state is checked, while the others still act. */
  void settle() {
    List.of(leaving, thieves, honest).forEach(group -> group.actors.settle());
  }

  Stream<Group> groups() {
    return Stream.of(honest, leaving, thieves);
  }

  @Override
  public String toString() {
    return "%d answers, %d false alarms in %d honest families, %d escapes in %d thefts and logouts"
        .formatted(
            groups().mapToLong(group -> group.ledger.size()).sum(),
            honest.ledger.violations().size(),
            honest.families.get(),
            leaving.ledger.violations().size() + thieves.ledger.violations().size(),
            leaving.families.get() + thieves.families.get());
  }

  /** Actors of one kind, with a ledger of their own. */
  final class Group {

    final Ledger ledger = new Ledger();

    /** How many there have been. */
    final AtomicLong families = new AtomicLong();

    private final Actors actors;

    /**
     * @param size how many act at a time
     * @param settlesEach whether the final state of each is checked while others act
     */
    private Group(int size, boolean settlesEach, Function<TokenClient, Actor> actor) {
      actors =
          new Actors(
              IntStream.rangeClosed(1, size)
                  .mapToObj(number -> new Succession(() -> actor.apply(logIn(number)), settlesEach))
                  .toList(),
              ledger,
              PAUSE);
    }

    private TokenClient logIn(int number) {
      families.incrementAndGet();
      String user = users.get(random.nextInt(users.size()));
      return realm.logIn(ledger, "family " + number + " of " + user, FaultRealm.DENY, user);
    }
  }

  /** One actor after the other, each with a new login. */
  private final class Succession implements Actor {

    private static final int SHORTEST = 10;
    private static final int LONGEST = 30;

    /** Late enough for a copied token to be old, and early enough for it not to have expired. */
    private static final int MOMENT = 4;

    private final Supplier<Actor> next;
    private final boolean settlesEach;
    private Actor actor;
    private int age;
    private int end;

    private Succession(Supplier<Actor> next, boolean settlesEach) {
      this.next = next;
      this.settlesEach = settlesEach;
      begin();
    }

    private void begin() {
      actor = next.get();
      age = 0;
      end = SHORTEST + random.nextInt(LONGEST - SHORTEST);
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
      // A younger one has not done yet what is checked.
      if (!settlesEach || age > MOMENT + 1) {
        actor.settle();
      }
    }
  }
}
