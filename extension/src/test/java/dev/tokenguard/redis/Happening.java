package dev.tokenguard.redis;

import dev.tokenguard.revocation.RevocationTarget;
import dev.tokenguard.revocation.Revocations;
import dev.tokenguard.rotation.Login;
import dev.tokenguard.rotation.RefreshDecision;
import dev.tokenguard.rotation.RequestContext;
import dev.tokenguard.rotation.RotationPolicy;
import dev.tokenguard.rotation.RotationRequest;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.Tuple;

/** Something that may happen to the families of a user, without sense or order. */
sealed interface Happening {

  void in(Course course);

  /**
   * A token so many generations behind the newest one that was given out, or before it: then some
   * were given out while the store was away.
   */
  record Presented(
      int family,
      int behind,
      RequestContext context,
      Optional<RequestContext> claim,
      boolean wasUnanswered,
      Variation variation)
      implements Happening {
    @Override
    public void in(Course course) {
      Login login = course.login(family).from(context);
      Login bound = claim.map(login::boundTo).orElse(login);
      RefreshDecision decision =
          course.present(bound, course.newest(family) - behind, wasUnanswered, variation);
      decision.issued().ifPresent(child -> course.gaveOut(family, child));
    }
  }

  /** How a request differs from a plain one. */
  enum Variation {
    PLAIN,
    LOOKED_UP,
    WITHOUT_REFRESH_TOKEN,
    SLOW,
    STALE,
    UNNAMED;

    RotationRequest of(RotationRequest request) {
      return switch (this) {
        case PLAIN, LOOKED_UP -> request;
        case WITHOUT_REFRESH_TOKEN -> Login.withoutRefreshToken(request);
        case SLOW -> Login.attempted(request, "slow", Duration.ofMillis(9_500));
        case STALE -> Login.usableUntil(request, request.child().issuedAt() - 1);
        case UNNAMED -> Login.attempted(request, "", Duration.ZERO);
      };
    }
  }

  /** A login is told: early, late or again. */
  record Begun(int family, RequestContext context, Optional<RequestContext> claim)
      implements Happening {
    @Override
    public void in(Course course) {
      Login login = course.login(family).from(context);
      course.begin(claim.map(login::boundTo).orElse(login));
    }
  }

  record Passed(Duration time) implements Happening {
    @Override
    public void in(Course course) {
      course.world().clock.advance(time);
    }
  }

  record Switched(RotationPolicy policy) implements Happening {
    @Override
    public void in(Course course) {
      course.goBy(policy);
    }
  }

  record RevokedFamily(int family) implements Happening {
    @Override
    public void in(Course course) {
      Login login = course.login(family);
      course.revoke(Revocations.ofFamily(login.user(), login.family(), course.remembered()));
    }
  }

  record RevokedClientSession(int family) implements Happening {
    @Override
    public void in(Course course) {
      Login login = course.login(family);
      course.revoke(
          Revocations.ofClientSessions(
              login.user(),
              List.of(new RevocationTarget.ClientSession(login.session(), login.client())),
              List.of(),
              course.now(),
              course.remembered()));
    }
  }

  record RevokedClient(int family, int secondsAgo) implements Happening {
    @Override
    public void in(Course course) {
      Login login = course.login(family);
      course.revoke(
          Revocations.ofClient(
              login.user(),
              login.client(),
              List.of(),
              course.now() - secondsAgo,
              course.remembered()));
    }
  }

  /** A revocation may come late. */
  record RevokedSession(int family, RevocationTarget.SessionKind kind, int secondsAgo)
      implements Happening {
    @Override
    public void in(Course course) {
      Login login = course.login(family);
      course.revoke(
          Revocations.ofSession(
              login.user(),
              new RevocationTarget.Session(login.session(), kind),
              course.now() - secondsAgo,
              course.remembered()));
    }
  }

  record RevokedUser(int secondsAfterLogin) implements Happening {
    @Override
    public void in(Course course) {
      Login login = course.login(0);
      course.revoke(
          Revocations.ofUser(
              login.user(), List.of(), login.started() + secondsAfterLogin, course.remembered()));
    }
  }

  record Forgotten() implements Happening {
    @Override
    public void in(Course course) {
      course.world().forget();
    }
  }

  /** Refreshes above all; the rest now and then. */
  static Arbitrary<List<Happening>> some() {
    return Arbitraries.frequencyOf(
            Tuple.of(24, presented()),
            Tuple.of(6, begun()),
            Tuple.of(8, times().map(Passed::new)),
            Tuple.of(1, RandomPolicies.any().map(Switched::new)),
            Tuple.of(1, families().map(RevokedFamily::new)),
            Tuple.of(1, families().map(RevokedClientSession::new)),
            Tuple.of(
                1,
                Combinators.combine(
                        families(),
                        Arbitraries.of(RevocationTarget.SessionKind.class),
                        Arbitraries.of(0, 0, 1, 60))
                    .as(RevokedSession::new)),
            Tuple.of(
                1,
                Combinators.combine(families(), Arbitraries.of(0, 1, 60)).as(RevokedClient::new)),
            Tuple.of(1, Arbitraries.of(-1, 0, 1, 100).map(RevokedUser::new)),
            Tuple.of(1, Arbitraries.just(new Forgotten())))
        .list()
        .ofMinSize(2)
        .ofMaxSize(40);
  }

  private static Arbitrary<Happening> presented() {
    return Combinators.combine(
            families(),
            Arbitraries.frequency(
                Tuple.of(10, 0),
                Tuple.of(6, 1),
                Tuple.of(2, 2),
                Tuple.of(1, 5),
                Tuple.of(1, -1),
                Tuple.of(1, -3),
                Tuple.of(1, -200)),
            contexts(),
            contexts().optional(0.1),
            Arbitraries.frequency(Tuple.of(4, false), Tuple.of(1, true)),
            Arbitraries.frequency(
                Tuple.of(9, Variation.PLAIN),
                Tuple.of(1, Variation.LOOKED_UP),
                Tuple.of(1, Variation.WITHOUT_REFRESH_TOKEN),
                Tuple.of(2, Variation.SLOW),
                Tuple.of(1, Variation.STALE),
                Tuple.of(1, Variation.UNNAMED)))
        .as(Presented::new);
  }

  private static Arbitrary<Happening> begun() {
    return Combinators.combine(Arbitraries.of(0, 1, 2, 3, 4), contexts(), contexts().optional(0.1))
        .as(Begun::new);
  }

  private static Arbitrary<Integer> families() {
    return Arbitraries.of(0, 0, 0, 1, 2, 3);
  }

  private static Arbitrary<RequestContext> contexts() {
    return Arbitraries.frequency(
        Tuple.of(6, Login.HERE), Tuple.of(1, Login.OTHER_AGENT), Tuple.of(1, Login.OTHER_IP));
  }

  /** Around the borders of grace periods, minutes, lifetimes and access tokens; and backwards. */
  private static Arbitrary<Duration> times() {
    return Arbitraries.of(
            1,
            749,
            750,
            999,
            1_000,
            9_999,
            10_000,
            59_000,
            60_000,
            61_000,
            299_999,
            301_000,
            3_600_000,
            86_400_000,
            -1,
            -2_000)
        .map(Duration::ofMillis);
  }
}
