package dev.tokenguard.faults;

import static dev.tokenguard.faults.FaultLab.DENY;

import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Who lives through a soak: of ten families one is stolen from, and few are logged out. Users have
 * three families each, of any kind.
 */
final class Population {

  private static final int FAMILIES_PER_USER = 3;

  private static final int FAMILIES_PER_THEFT = 10;

  /** Few: that a session was ended is remembered for an hour, longer than most soaks take. */
  private static final int FAMILIES_PER_LOGOUT = 30;

  /** So that what is remembered is forgotten soon. */
  private static final int ACCESS_TOKEN_SECONDS = 60;

  private static final int REFRESH_TOKEN_SECONDS = 90;

  private final Random random;
  private final FaultLab lab;
  private final List<String> users;
  private final Group honest;
  private final Group leavers;
  private final Group thieves;

  Population(FaultLab lab, int families, Random random) {
    this.lab = lab;
    this.random = random;
    shortenLives();
    this.users =
        IntStream.rangeClosed(1, Math.max(1, families / FAMILIES_PER_USER))
            .mapToObj(number -> "soak" + number)
            .toList();
    users.forEach(user -> lab.admin().createUser(user, FaultLab.PASSWORD));
    int stolen = families / FAMILIES_PER_THEFT;
    int loggedOut = Math.max(1, families / FAMILIES_PER_LOGOUT);
    honest =
        new Group(
            families - stolen - loggedOut,
            false,
            random,
            this::app,
            app -> new HonestClient(app, new Random(random.nextLong())));
    leavers =
        new Group(loggedOut, true, random, this::app, app -> new Leaver(app, App::logOut, true));
    thieves = new Group(stolen, true, random, this::app, this::thief);
  }

  /** Passwords are hashed once, or most of the CPU would go into logins. */
  private void shortenLives() {
    lab.admin()
        .updateRealm(
            Map.of(
                "accessTokenLifespan",
                ACCESS_TOKEN_SECONDS,
                "accessTokenLifespanForImplicitFlow",
                ACCESS_TOKEN_SECONDS,
                "ssoSessionIdleTimeout",
                REFRESH_TOKEN_SECONDS,
                "eventsEnabled",
                false,
                "passwordPolicy",
                "hashAlgorithm(pbkdf2-sha256) and hashIterations(1)"));
  }

  private App app(Ledger ledger, String name) {
    String user = users.get(random.nextInt(users.size()));
    return new App(ledger, name + " of " + user, lab.clients(DENY), lab.logIn(DENY, user));
  }

  private Actor thief(App victim) {
    return random.nextBoolean() ? new Thief(victim, false) : new EarlyThief(victim);
  }

  void start() {
    groups().forEach(Group::start);
  }

  /** First those of whom something is left to be seen while the others still go on. */
  void settle() {
    List.of(leavers, thieves, honest).forEach(Group::settle);
  }

  Stream<Group> groups() {
    return Stream.of(honest, leavers, thieves);
  }

  Group honest() {
    return honest;
  }

  Group leavers() {
    return leavers;
  }

  Group thieves() {
    return thieves;
  }

  @Override
  public String toString() {
    return "%d answers, %d false alarms in %d honest families, %d escapes in %d thefts and logouts"
        .formatted(
            groups().mapToLong(Group::answers).sum(),
            honest.violations().size(),
            honest.begun(),
            leavers.violations().size() + thieves.violations().size(),
            leavers.begun() + thieves.begun());
  }
}
