package dev.tokenguard.redis;

import static net.jqwik.api.Arbitraries.frequency;
import static net.jqwik.api.Tuple.of;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tokenguard.revocation.Revocation;
import dev.tokenguard.revocation.RevocationTarget;
import dev.tokenguard.revocation.RevocationTarget.Client;
import dev.tokenguard.revocation.RevocationTarget.ClientSession;
import dev.tokenguard.revocation.RevocationTarget.ClientSessions;
import dev.tokenguard.revocation.RevocationTarget.Families;
import dev.tokenguard.revocation.RevocationTarget.SessionKind;
import dev.tokenguard.revocation.RevocationTarget.Sessions;
import dev.tokenguard.revocation.RevocationTarget.User;
import dev.tokenguard.rotation.FamilyStore;
import dev.tokenguard.rotation.Login;
import dev.tokenguard.rotation.Policies;
import dev.tokenguard.rotation.RefreshDecision;
import dev.tokenguard.rotation.RefreshDecision.Refused;
import dev.tokenguard.rotation.RefreshDecision.Replayed;
import dev.tokenguard.rotation.RefreshDecision.Reused;
import dev.tokenguard.rotation.RefreshDecision.Revoked;
import dev.tokenguard.rotation.RotationPolicy;
import dev.tokenguard.rotation.RotationRequest;
import dev.tokenguard.rotation.RotationRequest.KeyProof;
import dev.tokenguard.rotation.RotationRequest.RequestContext;
import dev.tokenguard.rotation.TestClock;
import dev.tokenguard.rotation.TokenFamily;
import dev.tokenguard.rotation.TokenFamily.AccessTokens;
import dev.tokenguard.rotation.contract.InMemoryFamilyStore;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** Redis decides as the in-memory reference, whatever is presented, recorded or revoked. */
final class StoresAgreePropertyTest {

  @Property(tries = 200, edgeCases = EdgeCasesMode.NONE)
  void given_random_events_then_redis_decides_as_the_reference(
      @ForAll("policies") RotationPolicy policy, @ForAll("events") List<Event> events) {
    Run run = new Run(policy);
    events.forEach(event -> event.effect().accept(run));
    run.assertSameFamilies();
  }

  /**
   * @param text what a failing run is reported by
   */
  record Event(String text, Consumer<Run> effect) {
    @Override
    public String toString() {
      return text;
    }
  }

  /**
   * One user with five families, the reference and Redis side by side, and one clock for both. Only
   * ranges of access tokens may differ: Redis may name expired ones, but must name all others.
   */
  static final class Run {
    private final TestClock clock = TestClock.started();
    private final Login third = Login.at(clock);

    /**
     * Two clients in one session, and one of them in others, too. The families of one client are in
     * one order by their ids and by the short form of these: the store breaks ties by the one, the
     * reference by the other.
     */
    private final List<Login> logins =
        List.of(
            third.asFamily("first family").inSession("another session", third.started()),
            third.asFamily("second family").atClient("another client", third.started()),
            third,
            third.asFamily("fourth family"),
            third.asFamily("fifth family").inSession("third session", third.started()).offline());

    private final InMemoryFamilyStore reference = new InMemoryFamilyStore(clock);
    private final FamilyStore redis = TestRedis.emptyStore(clock);
    private final Map<String, Long> newest = new HashMap<>();
    private final Map<String, Long> issued = new HashMap<>();
    private final Set<String> capped = new HashSet<>();
    private RotationPolicy policy;
    private Instant latest = clock.instant();

    Run(RotationPolicy policy) {
      this.policy = policy;
    }

    /** The families are read at the latest time: what had expired then may have been deleted. */
    void assertSameFamilies() {
      clock.advance(Duration.between(clock.instant(), latest));
      List<TokenFamily> expected = reference.find(third.user());
      List<TokenFamily> actual = redis.find(third.user());
      assertThat(actual)
          .usingRecursiveFieldByFieldElementComparatorIgnoringFields("accessTokens")
          .containsExactlyInAnyOrderElementsOf(expected);
      assertCovered(
          expected.stream().map(TokenFamily::accessTokens).toList(),
          actual.stream().map(TokenFamily::accessTokens).toList());
    }

    private static void assertCovered(List<AccessTokens> expected, List<AccessTokens> actual) {
      assertThat(actual)
          .usingElementComparator((one, other) -> covers(one, other) ? 0 : 1)
          .containsExactlyInAnyOrderElementsOf(expected);
    }

    /** Whether Redis names what the reference names. */
    private static boolean covers(AccessTokens actual, AccessTokens expected) {
      return actual.family().equals(expected.family())
          && actual.last() == expected.last()
          && actual.first() >= 0
          && (expected.last() < expected.first() || actual.first() <= expected.first())
          && actual.firstReplay() >= 1
          && (expected.lastReplay() < expected.firstReplay()
              || actual.lastReplay() == expected.lastReplay()
                  && actual.firstReplay() <= expected.firstReplay())
          && actual.expiresAt() >= expected.expiresAt();
    }

    void advance(Duration duration) {
      clock.advance(duration);
      if (clock.instant().isAfter(latest)) {
        latest = clock.instant();
      }
    }

    private long issuedAt(Login login) {
      return issued.getOrDefault(login.family(), login.started());
    }

    void present(Login login, int behind, boolean isUnacknowledged, Variation variation) {
      long generation = Math.max(0, newest.getOrDefault(login.family(), 0L) - behind);
      RotationRequest request = Login.issuedAt(login.refresh(generation, clock), issuedAt(login));
      RotationRequest varied = variation.change.apply(request);
      RotationPolicy applied = variation == Variation.LOOKED_UP ? policy.lookupOnly() : policy;
      RefreshDecision decision = reference.rotate(varied, applied, it -> isUnacknowledged);
      // The record of a revoked family whose access tokens have expired may be left or not.
      boolean isLeftToChance =
          decision instanceof Revoked it
              && it.accessTokens().stream().allMatch(AccessTokens::isEmpty);
      assertThat(redis.rotate(varied, applied, it -> isUnacknowledged))
          .usingRecursiveComparison()
          .withStrictTypeChecking()
          .withEqualsForType(
              (actual, expected) -> expected.isEmpty() || covers(actual, expected),
              AccessTokens.class)
          .ignoringFields(isLeftToChance ? new String[] {"accessTokens"} : new String[0])
          .isEqualTo(decision);
      assertPromises(decision, varied, applied);
      decision
          .issued()
          .ifPresent(
              successor -> {
                newest.merge(login.family(), successor.generation(), Math::max);
                issued.merge(login.family(), successor.issuedAt(), Math::max);
              });
    }

    /** What each way of accepting replays promises, whatever is presented and when. */
    private static void assertPromises(
        RefreshDecision decision, RotationRequest request, RotationPolicy policy) {
      boolean acceptsKey = policy.graceContext().requiresKey();
      boolean isProven = request.keyProof() == KeyProof.PROVEN;
      if (policy.isObserving()) {
        assertThat(decision)
            .as("an observing policy refuses what was revoked, and nothing else")
            .matches(it -> !(it instanceof Refused) || it instanceof Revoked);
      } else if (acceptsKey && isProven) {
        assertThat(decision).as("no holder of the key is a thief").isNotInstanceOf(Reused.class);
      } else if (decision instanceof Replayed replayed) {
        assertThat(acceptsKey).as("without the key, nothing is replayed").isFalse();
        assertThat(replayed.successor().generation() - request.presented().generation())
            .as("nothing older than the depth is replayed")
            .isBetween(1L, (long) policy.graceDepth());
      }
    }

    /**
     * Keycloak does not record a login again that was one too many by then: it is known whether a
     * record of it is left for as long as its access tokens live, and after that left to chance.
     */
    void begin(Login login) {
      if (!capped.contains(login.family())) {
        RotationRequest request = Login.issuedAt(login.begin(clock), issuedAt(login));
        List<AccessTokens> revoked = reference.begin(request, policy);
        assertCovered(revoked, redis.begin(request, policy));
        revoked.stream()
            .map(AccessTokens::family)
            .filter(family -> !family.equals(login.family()))
            .forEach(capped::add);
      }
    }

    /** Nor does a revocation name such a family. */
    void revoke(Revocation revocation) {
      if (revocation.marks().families().stream().noneMatch(capped::contains)) {
        assertCovered(reference.revoke(revocation), redis.revoke(revocation));
      }
    }

    void flush() {
      capped.clear();
      reference.flush();
      TestRedis.JEDIS.flushAll();
    }
  }

  /** How a request differs from a plain one. */
  private enum Variation {
    PLAIN(it -> it),
    LOOKED_UP(it -> it),
    WITHOUT_REFRESH_TOKEN(Login::withoutRefreshToken),
    SLOW(it -> Login.attempted(it, "slow", Duration.ofMillis(9_500))),
    STALE(it -> Login.usableUntil(it, it.successor().issuedAt() - 1)),
    UNNAMED(it -> Login.attempted(it, "", Duration.ZERO)),
    WITH_KEY(it -> Login.proving(it, KeyProof.PROVEN)),
    WITHOUT_KEY(it -> Login.proving(it, KeyProof.MISSING));

    private final UnaryOperator<RotationRequest> change;

    Variation(UnaryOperator<RotationRequest> change) {
      this.change = change;
    }
  }

  /** Refreshes above all; the rest now and then. */
  @Provide
  Arbitrary<List<Event>> events() {
    return Arbitraries.frequencyOf(
            of(24, presented()),
            of(6, begun()),
            of(8, times()),
            of(1, policies().map(it -> new Event("policy " + it, run -> run.policy = it))),
            of(1, revoked("family", it -> new Families(it.user(), List.of(it.family())))),
            of(1, revoked("client session", StoresAgreePropertyTest::clientSession)),
            of(1, revoked("client", it -> new Client(it.user(), it.client(), List.of()))),
            of(1, Arbitraries.of(SessionKind.class).flatMap(StoresAgreePropertyTest::session)),
            of(1, revoked("user", it -> new User(it.user()))),
            of(1, Arbitraries.just(new Event("flush", Run::flush))))
        .list()
        .ofMinSize(2)
        .ofMaxSize(40);
  }

  private static RevocationTarget clientSession(Login of) {
    ClientSession clientSession = new ClientSession(of.session(), of.client());
    return new ClientSessions(of.user(), List.of(clientSession), List.of());
  }

  private static Arbitrary<Event> session(SessionKind kind) {
    return revoked(kind + " session", it -> Sessions.of(it.user(), it.session(), kind));
  }

  /** By a decision of now or of some time ago, or around the start of the session. */
  private static Arbitrary<Event> revoked(String what, Function<Login, RevocationTarget> target) {
    return Combinators.combine(
            families(), Arbitraries.of(0, 0, -1, -60), frequency(of(3, false), of(1, true)))
        .as(
            (family, seconds, isFromStart) ->
                new Event(
                    "%s of %d revoked, %d s %s".formatted(what, family, seconds, isFromStart),
                    run -> {
                      Login login = run.logins.get(family);
                      long now = run.clock.second();
                      long before = isFromStart ? login.started() - seconds : now + seconds;
                      run.revoke(
                          new Revocation(target.apply(login), before, now + Login.RETENTION));
                    }));
  }

  private static Arbitrary<Event> presented() {
    return Combinators.combine(
            families(),
            frequency(of(10, 0), of(6, 1), of(2, 2), of(1, 5), of(1, -1), of(1, -3), of(1, -200)),
            contexts(),
            contexts().optional(0.1),
            frequency(of(4, false), of(1, true)),
            frequency(
                of(9, Variation.PLAIN),
                of(1, Variation.LOOKED_UP),
                of(1, Variation.WITHOUT_REFRESH_TOKEN),
                of(2, Variation.SLOW),
                of(1, Variation.STALE),
                of(1, Variation.UNNAMED),
                of(4, Variation.WITH_KEY),
                of(1, Variation.WITHOUT_KEY)))
        .as(
            (family, behind, context, claim, isUnacknowledged, variation) ->
                new Event(
                    "presented %d -%d %s %s %s %s"
                        .formatted(family, behind, context, claim, isUnacknowledged, variation),
                    run ->
                        run.present(
                            located(run, family, context, claim),
                            behind,
                            isUnacknowledged,
                            variation)));
  }

  private static Arbitrary<Event> begun() {
    return Combinators.combine(Arbitraries.of(0, 1, 2, 3, 4), contexts(), contexts().optional(0.1))
        .as(
            (family, context, claim) ->
                new Event(
                    "begun %d %s %s".formatted(family, context, claim),
                    run -> run.begin(located(run, family, context, claim))));
  }

  private static Login located(
      Run run, int family, RequestContext context, Optional<RequestContext> claim) {
    Login login = run.logins.get(family).from(context);
    return claim.map(login::boundTo).orElse(login);
  }

  private static Arbitrary<Integer> families() {
    return Arbitraries.of(0, 0, 0, 1, 2, 3);
  }

  private static Arbitrary<RequestContext> contexts() {
    return frequency(of(6, Login.HERE), of(1, Login.OTHER_AGENT), of(1, Login.OTHER_IP));
  }

  /** Around the borders of grace periods, minutes, lifetimes and access tokens; and backwards. */
  private static Arbitrary<Event> times() {
    String millis =
        "1 749 750 999 1000 9999 10000 59000 60000 61000 299999 301000 3600000 86400000 -1 -2000";
    return Arbitraries.of(millis.split(" "))
        .map(Long::valueOf)
        .map(it -> new Event(it + " ms", run -> run.advance(Duration.ofMillis(it))));
  }

  /** Few values each, so that limits are met often. */
  @Provide
  Arbitrary<RotationPolicy> policies() {
    String settings =
        """
        grace-period 10 0 1 300
        grace-max-replays 0 1 2
        grace-context none user-agent ip user-agent-and-ip key
        grace-depth 1 1 1 2 4
        rotation on on on on off
        on-missing-state adopt deny
        mode enforce enforce enforce observe
        max-rotations 0 0 1 4
        absolute-lifetime 0 0 60 3600
        max-refreshes-per-minute 0 0 1 3
        max-families-per-user-and-client 0 1 2 3
        bind-to none none user-agent ip user-agent-and-ip key
        on-binding-mismatch deny observe revoke-family
        """;
    List<Arbitrary<String>> values =
        settings
            .lines()
            .map(line -> List.of(line.split(" ")))
            .map(
                words ->
                    Arbitraries.of(words.subList(1, words.size()))
                        .map(value -> words.get(0) + "=" + value))
            .toList();
    return Combinators.combine(values)
        .as(drawn -> String.join(" ", drawn))
        .map(it -> it.replaceAll("(grace-context=none.*grace-depth)=\\d", "$1=1"))
        .map(Policies::of);
  }
}
