package dev.tokenguard.rotation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tokenguard.rotation.RefreshDecision.Mismatched;
import dev.tokenguard.rotation.RefreshDecision.SuccessorToken;
import dev.tokenguard.rotation.RefreshDecision.Unavailable;
import dev.tokenguard.rotation.RefreshDecision.Unguarded;
import dev.tokenguard.rotation.RotationRequest.KeyProof;
import dev.tokenguard.rotation.RotationService.UnacknowledgedRotations;
import dev.tokenguard.rotation.contract.InMemoryFamilyStore;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A store that is unavailable: the policy decides, and lost responses are not a reuse later. */
final class RotationServiceTest {

  private static final StoreUnavailableException UNREACHABLE =
      new StoreUnavailableException("unreachable", null);
  private static final StoreUnavailableException UNANSWERED =
      StoreUnavailableException.unanswered("unanswered", null);

  private final TestClock clock = TestClock.started();
  private final Login login = Login.at(clock);
  private final FamilyStore store = new InMemoryFamilyStore(clock);
  private final UnacknowledgedRotations unacknowledged = new InMemoryUnacknowledgedRotations();
  private final RotationService hanging = failing(UNANSWERED, false);

  private static final class InMemoryUnacknowledgedRotations implements UnacknowledgedRotations {
    private final Set<String> all = new HashSet<>();

    @Override
    public void record(TokenPosition presented, String attempt) {
      all.add(presented + attempt);
      recordGranted(presented.family(), attempt);
    }

    @Override
    public void recordGranted(String family, String attempt) {
      all.add(family + attempt);
    }

    @Override
    public boolean contains(TokenPosition presented, String attempt) {
      return all.contains(presented + attempt);
    }

    @Override
    public boolean take(String family, String attempt) {
      return all.remove(family + attempt);
    }
  }

  /** A node whose store fails, after it has executed the refresh or without. */
  private RotationService failing(StoreUnavailableException failure, boolean isExecuted) {
    FamilyStore unavailable =
        (FamilyStore)
            Proxy.newProxyInstance(
                FamilyStore.class.getClassLoader(),
                new Class<?>[] {FamilyStore.class},
                (proxy, method, arguments) -> {
                  if (isExecuted) {
                    method.invoke(store, arguments);
                  }
                  throw failure;
                });
    return new RotationService(unavailable, unacknowledged);
  }

  private RefreshDecision withoutStore(RotationRequest request, String policy) {
    boolean isLookup = policy.equals("lookup");
    return failing(UNREACHABLE, false)
        .refresh(request, isLookup ? RotationPolicy.LOOKUP : Policies.of(policy));
  }

  /** The presented token is of generation 2, an hour after its login, and bound to another IP. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          deny                                                      | unavailable
          deny mode=observe                                         | unguarded 3
          deny mode=observe max-rotations=1 absolute-lifetime=1     | unguarded 3
          allow                                                     | unguarded 3
          lookup                                                    | unguarded
          allow rotation=off max-rotations=1                        | unguarded
          allow max-rotations=2                                     | limited
          allow max-rotations=3                                     | unguarded 3
          allow absolute-lifetime=3600                              | expired
          allow absolute-lifetime=3601                              | unguarded 3
          allow bind-to=ip                                          | mismatched
          allow bind-to=ip on-binding-mismatch=revoke-family        | mismatched
          allow bind-to=ip on-binding-mismatch=observe              | unguarded 3
          allow bind-to=user-agent                                  | unguarded 3
          allow bind-to=key                                         | mismatched
          """)
  void given_no_store_then_the_policy_and_the_token_decide(String policy, String expected) {
    long now = clock.second();
    Login elsewhere = login.inSession("session", now - 3600).boundTo(Login.OTHER_IP);
    RotationRequest request = Login.proving(elsewhere.refresh(2, clock), KeyProof.MISSING);
    RefreshDecision decision =
        withoutStore(request, policy.replaceFirst("^(deny|allow)", "on-redis-failure=$1"));
    assertThat(decision.outcome().id() + decision.issued().map(it -> " 3").orElse(""))
        .isEqualTo(expected);
    SuccessorToken next = new SuccessorToken(3, now, now + 1800, 0, Optional.of(Login.OTHER_IP));
    assertThat(decision.issued().orElse(next)).isEqualTo(next);
    if (decision instanceof Mismatched) {
      assertThat(decision).isEqualTo(new Mismatched(OptionalLong.of(2), Optional.empty()));
    }
  }

  @Test
  void given_no_store_and_a_token_without_binding_or_key_then_the_lineage_continues() {
    RotationRequest request = login.refresh(2, clock);
    assertThat(withoutStore(request, "on-redis-failure=allow bind-to=ip").issued()).isPresent();
    assertThat(withoutStore(request, "on-redis-failure=allow bind-to=key").issued()).isPresent();
    assertThat(withoutStore(request, "")).isEqualTo(new Unavailable(Duration.ofSeconds(2)));
  }

  @Test
  void given_no_store_and_no_refresh_token_for_the_client_then_nothing_is_rotated() {
    RotationRequest request = Login.withoutRefreshToken(login.refresh(3, clock));
    assertThat(withoutStore(request, "on-redis-failure=allow"))
        .isEqualTo(new Unguarded(Optional.empty()));
    assertThat(withoutStore(request, "")).isInstanceOf(Unavailable.class);
  }

  /**
   * Refreshes by a node whose store answers; whose store executes the refresh but whose response is
   * lost; whose store hangs and executes nothing; and whose store is reported to have executed
   * nothing. A wait exceeds the grace period.
   */
  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          the client retries           |                        | lost 0 unavailable, wait, node 0 replayed, node 1 rotated
          the client has its token     |                        | node 0 started, wait, hanging 0 unavailable, node 0 reused
          and there is no grace period | grace-period=0         | node 0 started, wait, hanging 0 unavailable, node 0 reused
          a reuse got no response      |                        | node 0 started, wait, lost 0 unavailable, node 1 reused, node 0 revoked, node 1 revoked
          and then its retry did       |                        | node 0 started, wait, lost 0 unavailable, node 0 reused, node 0 revoked
          an earlier one, and a reuse  |                        | lost 0 unavailable, node 0 replayed, wait, node 1 rotated, node 0 reused, node 1 revoked
          one after the reuse          |                        | node 0 started, wait, node 0 reused, lost 1 unavailable, node 1 revoked
          a reuse without its reply    | on-redis-failure=allow | node 0 started, wait, lost 0 unguarded, node 1 reused, node 1 revoked
          the next request got one     |                        | hanging 0 unavailable, node 0 started, wait, node 0 reused
          another token is replayed    |                        | node 0 started, lost 1 unavailable, wait, node 0 reused
          the policy served the client | on-redis-failure=allow | lost 0 unguarded, wait, node 0 reused
          the store executed nothing   |                        | unexecuted 0 unavailable, wait, node 0 reused
          """)
  void given_a_lost_response_then_only_the_retry_of_its_client_is_granted(
      String name, String policy, String steps) {
    Map<String, RotationService> nodes =
        Map.of(
            "node",
            new RotationService(store, unacknowledged),
            "lost",
            failing(UNANSWERED, true),
            "hanging",
            hanging,
            "unexecuted",
            failing(UNREACHABLE, true));
    int attempts = 0;
    for (String step : steps.split(", ")) {
      String[] words = step.split(" ");
      if (words[0].equals("wait")) {
        clock.advance(Duration.ofMinutes(5));
        continue;
      }
      RotationRequest request =
          Login.attempted(
              login.refresh(Long.parseLong(words[1]), clock), "no" + ++attempts, Duration.ZERO);
      RotationPolicy applied = Policies.of(policy == null ? "" : policy);
      assertThat(nodes.get(words[0]).refresh(request, applied).outcome().id())
          .as(step)
          .isEqualTo(words[2]);
    }
  }

  @Test
  void given_an_attempt_without_an_id_then_it_is_not_recorded() {
    hanging.refresh(Login.attempted(login.refresh(0, clock), "", Duration.ZERO), Policies.DEFAULT);
    assertThat(unacknowledged.contains(new TokenPosition(login.family(), 0), "")).isFalse();
  }
}
