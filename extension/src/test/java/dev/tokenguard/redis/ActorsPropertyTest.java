package dev.tokenguard.redis;

import dev.tokenguard.redis.Actor.Admin;
import dev.tokenguard.redis.Actor.Newcomer;
import dev.tokenguard.redis.Actor.StraightClient;
import dev.tokenguard.redis.Actor.Thief;
import dev.tokenguard.redis.Actor.TwoTabs;
import dev.tokenguard.redis.Actor.UnluckyClient;
import dev.tokenguard.rotation.Login;
import dev.tokenguard.rotation.RotationPolicy;
import java.time.Duration;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;

/**
 * Several actors on the families of one user, in any order, on the reference and on Redis. A
 * straight client has a family of its own; the thief is after the tabs', the admin after all
 * others. Logins are told at any time.
 */
final class ActorsPropertyTest {

  /** That one of them does something, and how long it takes until the next. */
  record Turn(int actor, int choice, Duration pause) {}

  @Property(tries = 600, edgeCases = EdgeCasesMode.NONE)
  void givenNoLimits_whateverOthersDo_thenAStraightClientIsNeverRefused(
      @ForAll("policiesWithoutLimits") RotationPolicy policy, @ForAll("turns") List<Turn> turns) {
    Endpoint endpoint = played(policy, turns);
    endpoint.history.assertNeverRefused(endpoint.world.logins.get(0));
  }

  @Property(tries = 600, edgeCases = EdgeCasesMode.NONE)
  void whateverActorsDo_thenEachGenerationIsMadeOnceAndTheDeadStayDead(
      @ForAll("enforcedPolicies") RotationPolicy policy, @ForAll("turns") List<Turn> turns) {
    Endpoint endpoint = played(policy, turns);
    for (Login login : endpoint.world.logins) {
      endpoint.history.assertOneChildPerGeneration(login);
      endpoint.history.assertReplaysOnlyInGrace(login, policy);
      endpoint.history.assertNothingIsGrantedOnceDead(login);
    }
  }

  private static Endpoint played(RotationPolicy policy, List<Turn> turns) {
    Endpoint endpoint = new Endpoint(policy);
    List<Actor> cast = cast(endpoint);
    for (Turn turn : turns) {
      cast.get(turn.actor).act(turn.choice);
      endpoint.world.clock.advance(turn.pause);
    }
    endpoint.world.store.find(endpoint.world.user());
    return endpoint;
  }

  private static List<Actor> cast(Endpoint endpoint) {
    List<Login> logins = endpoint.world.logins;
    TwoTabs tabs = new TwoTabs(endpoint, logins.get(1));
    return List.of(
        new StraightClient(endpoint, logins.get(0)),
        tabs,
        new UnluckyClient(endpoint, logins.get(2)),
        new Thief(endpoint, logins.get(1), tabs),
        new Admin(endpoint, logins.subList(1, 3)),
        new Newcomer(endpoint, logins));
  }

  @Provide
  Arbitrary<RotationPolicy> policiesWithoutLimits() {
    return RandomPolicies.withoutLimits();
  }

  @Provide
  Arbitrary<RotationPolicy> enforcedPolicies() {
    return RandomPolicies.any().filter(policy -> !policy.isObserving());
  }

  @Provide
  Arbitrary<List<Turn>> turns() {
    Arbitrary<Duration> pauses =
        Arbitraries.frequency(
                Tuple.of(12, 1),
                Tuple.of(4, 400),
                Tuple.of(4, 5_000),
                Tuple.of(2, 30_000),
                Tuple.of(1, 400_000))
            .map(Duration::ofMillis);
    return Combinators.combine(
            Arbitraries.frequency(
                Tuple.of(4, 0),
                Tuple.of(8, 1),
                Tuple.of(4, 2),
                Tuple.of(4, 3),
                Tuple.of(1, 4),
                Tuple.of(2, 5)),
            Arbitraries.integers().between(0, 11),
            pauses)
        .as(Turn::new)
        .list()
        .ofMinSize(5)
        .ofMaxSize(60);
  }
}
