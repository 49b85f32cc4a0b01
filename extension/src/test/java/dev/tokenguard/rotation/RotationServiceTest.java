package dev.tokenguard.rotation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tokenguard.rotation.RefreshDecision.Denied;
import dev.tokenguard.rotation.RefreshDecision.Mismatched;
import dev.tokenguard.rotation.RefreshDecision.SuccessorToken;
import dev.tokenguard.rotation.RefreshDecision.Unavailable;
import dev.tokenguard.rotation.RefreshDecision.Unguarded;
import dev.tokenguard.rotation.RotationRequest.KeyProof;
import dev.tokenguard.rotation.RotationService.UnacknowledgedRotations;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
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
    public void remember(TokenPosition presented, String attempt) {
      all.add(presented + attempt);
    }

    @Override
    public boolean contains(TokenPosition presented, String attempt) {
      return all.contains(presented + attempt);
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

  private RefreshDecision withoutStore(Login one, long generation, RotationPolicy policy) {
    return failing(UNREACHABLE, false).refresh(one.refresh(generation, clock), policy);
  }

  private static RotationPolicy allowing(String settings) {
    return Policies.of(settings + " on-redis-failure=allow");
  }

  @Test
  void when_the_policy_denies_then_the_client_can_retry() {
    assertThat(withoutStore(login, 3, Policies.DEFAULT))
        .isEqualTo(new Unavailable(Duration.ofSeconds(2)));
  }

  @ParameterizedTest
  @CsvSource({"enforce, allow", "observe, allow", "observe, deny"})
  void when_the_policy_allows_or_observes_then_the_lineage_continues(
      String mode, String onFailure) {
    RotationPolicy policy = Policies.with("mode", mode, "on-redis-failure", onFailure);
    long now = clock.second();
    assertThat(withoutStore(login.boundTo(Login.OTHER_IP), 3, policy))
        .isEqualTo(
            new Unguarded(
                Optional.of(
                    new SuccessorToken(4, now, now + 1800, 0, Optional.of(Login.OTHER_IP)))));
  }

  @Test
  void when_no_policy_applies_or_no_refresh_token_is_issued_then_nothing_is_rotated() {
    assertThat(withoutStore(login, 3, RotationPolicy.LOOKUP))
        .isEqualTo(new Unguarded(Optional.empty()));
    RotationRequest request = Login.withoutRefreshToken(login.refresh(3, clock));
    assertThat(hanging.refresh(request, allowing(""))).isEqualTo(new Unguarded(Optional.empty()));
    assertThat(hanging.refresh(request, Policies.DEFAULT)).isInstanceOf(Unavailable.class);
    assertThat(withoutStore(login, 3, allowing("rotation=off max-rotations=1")))
        .isEqualTo(new Unguarded(Optional.empty()));
  }

  @Test
  void when_the_token_shows_that_a_limit_is_reached_then_it_is_refused() {
    assertThat(withoutStore(login, 2, allowing("max-rotations=2"))).isEqualTo(Denied.LIMITED);
    Login longAgo = login.inSession("session", clock.second() - 60);
    assertThat(withoutStore(longAgo, 2, allowing("absolute-lifetime=60")))
        .isEqualTo(Denied.EXPIRED);
    for (String consequence : List.of("deny", "revoke-family")) {
      RotationPolicy policy = allowing("bind-to=ip on-binding-mismatch=" + consequence);
      assertThat(withoutStore(login.boundTo(Login.OTHER_IP), 2, policy))
          .isEqualTo(new Mismatched(OptionalLong.of(2), Optional.empty()));
    }
    RotationRequest keyless = Login.proving(login.refresh(2, clock), KeyProof.MISSING);
    assertThat(hanging.refresh(keyless, allowing("bind-to=key")))
        .isEqualTo(new Mismatched(OptionalLong.of(2), Optional.empty()));
    assertThat(hanging.refresh(keyless, allowing("")).issued()).isPresent();
  }

  @ParameterizedTest
  @CsvSource({
    "1, 0, max-rotations=2",
    "2, 59, absolute-lifetime=60",
    "2, 0, bind-to=user-agent",
    "2, 0, bind-to=ip on-binding-mismatch=observe",
    "9, 60, mode=observe max-rotations=1 absolute-lifetime=1",
  })
  void when_the_token_is_within_its_limits_or_the_policy_observes_then_the_lineage_continues(
      long generation, long seconds, String policy) {
    Login bound = login.boundTo(Login.OTHER_IP).inSession("session", clock.second() - seconds);
    assertThat(withoutStore(bound, generation, allowing(policy)).issued()).isPresent();
    assertThat(withoutStore(login, 2, allowing("bind-to=ip")).issued()).isPresent();
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
          and the store executed it    |                        | node 0 started, wait, lost 0 unavailable, node 0 revoked
          the next request got one     |                        | hanging 0 unavailable, node 0 started, wait, node 0 reused
          another token is replayed    |                        | node 0 started, lost 1 unavailable, wait, node 0 reused
          the policy served the client | on-redis-failure=allow | lost 0 unguarded, wait, node 0 reused
          the store executed nothing   |                        | unexecuted 0 unavailable, wait, node 0 reused
          """)
  void given_a_lost_response_then_only_the_retry_of_its_client_is_excused(
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
  void given_an_attempt_without_an_id_then_it_is_not_remembered() {
    hanging.refresh(Login.attempted(login.refresh(0, clock), "", Duration.ZERO), Policies.DEFAULT);
    assertThat(unacknowledged.contains(new TokenPosition(login.family(), 0), "")).isFalse();
  }
}
