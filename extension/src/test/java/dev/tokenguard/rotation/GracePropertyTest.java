package dev.tokenguard.rotation;

import static net.jqwik.api.Arbitraries.frequency;
import static net.jqwik.api.Arbitraries.integers;
import static net.jqwik.api.Tuple.of;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tokenguard.rotation.RefreshDecision.Rotated;
import dev.tokenguard.rotation.RefreshDecision.SuccessorToken;
import dev.tokenguard.rotation.RotationRequest.KeyProof;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.lifecycle.BeforeTry;

/**
 * What each way of accepting replays guarantees, whatever is presented and when. On the in-memory
 * reference, with which Redis agrees.
 */
final class GracePropertyTest {

  private TestClock clock;
  private Login login;
  private FamilyStore store;

  /** One instance serves all tries. */
  @BeforeTry
  void logIn() {
    clock = TestClock.started();
    login = Login.at(clock);
    store = new InMemoryFamilyStore(clock);
  }

  /**
   * A token is presented.
   *
   * @param behind generations before the newest one
   * @param after seconds since the last step
   */
  record Step(int behind, int after) {}

  @Provide
  Arbitrary<List<Step>> steps() {
    Arbitrary<Integer> behind = frequency(of(6, 0), of(4, 1), of(3, 2), of(2, 3), of(1, 12));
    Arbitrary<Integer> after = frequency(of(6, 0), of(3, 1), of(2, 9), of(1, 100), of(1, 100_000));
    return Combinators.combine(behind, after).as(Step::new).list().ofMinSize(1).ofMaxSize(60);
  }

  @Provide
  Arbitrary<String> keyPolicies() {
    return Combinators.combine(integers().between(0, 20), integers().between(1, 10))
        .as("grace-context=key bind-to=key grace-period=%d grace-depth=%d"::formatted);
  }

  @Property(tries = 300)
  void givenTheKey_thenNoHolderIsRefused(
      @ForAll("keyPolicies") String policy, @ForAll("steps") List<Step> steps) {
    for (Step step : steps) {
      assertThat(present(step, KeyProof.PROVEN, policy).issued()).isPresent();
    }
  }

  /** The holder refreshes in between, until the theft of an older token is detected. */
  @Property(tries = 300)
  void givenTheKey_thenNobodyWithoutItIsServed(
      @ForAll("keyPolicies") String policy, @ForAll("steps") List<Step> steps) {
    for (Step step : steps) {
      present(new Step(0, 0), KeyProof.PROVEN, policy);
      assertThat(present(step, KeyProof.MISSING, policy).issued()).isEmpty();
    }
  }

  @Property(tries = 300)
  void givenADepth_thenNothingOlderIsServed_norAnythingAfterItsOwnGracePeriod(
      @ForAll("steps") List<Step> steps) {
    Map<Long, Long> replaced = new HashMap<>();
    for (Step step : steps) {
      long newest = newest();
      RefreshDecision decision =
          present(step, KeyProof.NO_KEY, "grace-depth=3 grace-period=10 mode=enforce");
      long presented = Math.max(0, newest - step.behind());
      if (decision instanceof Rotated) {
        replaced.put(presented, clock.second());
      } else if (decision.issued().isPresent()) {
        assertThat(newest - presented).isBetween(1L, 3L);
        assertThat(clock.second() - replaced.get(presented)).isLessThan(10);
      }
    }
  }

  @Property(tries = 300)
  void givenChildUsed_thenEachTokenHasAtMostOneChild_andNoneAfterItsChildWasUsed(
      @ForAll("steps") List<Step> steps) {
    Map<Long, SuccessorToken> children = new HashMap<>();
    for (Step step : steps) {
      long presented = Math.max(0, newest() - step.behind());
      present(step, KeyProof.NO_KEY, "grace-until=child-used grace-period=604800")
          .issued()
          .ifPresent(
              child -> {
                assertThat(child.generation()).isEqualTo(presented + 1).isEqualTo(newest());
                SuccessorToken first = children.putIfAbsent(presented, child);
                if (first != null) {
                  assertThat(child)
                      .usingRecursiveComparison()
                      .ignoringFields("replay")
                      .isEqualTo(first);
                }
              });
    }
  }

  private RefreshDecision present(Step step, KeyProof proof, String policy) {
    clock.advance(Duration.ofSeconds(step.after()));
    long presented = Math.max(0, newest() - step.behind());
    RotationRequest request = login.refresh(presented, clock);
    return store.rotate(Login.proving(request, proof), Policies.of(policy), it -> false);
  }

  private long newest() {
    return store.find(login.user()).stream().mapToLong(TokenFamily::generation).findAny().orElse(0);
  }
}
