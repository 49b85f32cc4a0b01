package dev.tokenguard.rotation;

import dev.tokenguard.rotation.RefreshDecision.Denied;
import dev.tokenguard.rotation.RefreshDecision.Mismatched;
import dev.tokenguard.rotation.RefreshDecision.Refused;
import dev.tokenguard.rotation.RefreshDecision.Unavailable;
import dev.tokenguard.rotation.RefreshDecision.Unguarded;
import dev.tokenguard.rotation.RotationPolicy.FailureConsequence;
import dev.tokenguard.rotation.RotationPolicy.MismatchConsequence;
import dev.tokenguard.rotation.RotationPolicy.Mode;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;

/** Lets the store decide, and decides by the policy when the store is unavailable. */
public final class RotationService {

  /** How long a client is asked to wait when the store is unavailable. */
  static final Duration RETRY_WHEN_UNAVAILABLE = Duration.ofSeconds(2);

  private final FamilyStore store;
  private final UnacknowledgedRotations unacknowledged;

  public RotationService(FamilyStore store, UnacknowledgedRotations unacknowledged) {
    this.store = store;
    this.unacknowledged = unacknowledged;
  }

  /** An unavailable store leads to a decision as well; nothing is thrown for it. */
  public RefreshDecision refresh(RotationRequest request, RotationPolicy policy) {
    TokenPosition presented = request.presented();
    try {
      return store.rotate(request, policy, it -> unacknowledged.contains(presented, it));
    } catch (StoreUnavailableException unavailable) {
      RefreshDecision decision = withoutStore(request, policy);
      String attempt = request.attempt().id();
      if (unavailable.mayHaveBeenTaken() && decision instanceof Unavailable && !attempt.isEmpty()) {
        unacknowledged.remember(presented, attempt);
      }
      return decision;
    }
  }

  /**
   * Without the store the lineage continues by the signed token alone. What was replayed meanwhile
   * is detected when the store is available again: one of the two branches is then behind.
   */
  private static RefreshDecision withoutStore(RotationRequest request, RotationPolicy policy) {
    if (policy.mode() == Mode.LOOKUP) {
      // No policy applies, so the request is served as Keycloak alone would serve it.
      return new Unguarded(Optional.empty());
    }
    if (policy.isObserving()) {
      return unguarded(request);
    }
    if (policy.onRedisFailure() == FailureConsequence.DENY) {
      return new Unavailable(RETRY_WHEN_UNAVAILABLE);
    }
    return refusedByTheTokenAlone(request, policy)
        .<RefreshDecision>map(refused -> refused)
        .orElseGet(() -> unguarded(request));
  }

  /** The limits that need no store. */
  private static Optional<Refused> refusedByTheTokenAlone(
      RotationRequest request, RotationPolicy policy) {
    long generation = request.presented().generation();
    long notAfter = policy.notAfter(request.session().started());
    boolean isElsewhere =
        request
            .binding()
            .filter(bound -> !policy.bindTo().isSame(bound, request.context()))
            .isPresent();
    if (isElsewhere && policy.onBindingMismatch() != MismatchConsequence.OBSERVE) {
      return Optional.of(new Mismatched(OptionalLong.of(generation), Optional.empty()));
    }
    if (notAfter > 0 && request.child().issuedAt() >= notAfter) {
      return Optional.of(Denied.EXPIRED);
    }
    if (policy.maxRotations() > 0 && generation >= policy.maxRotations()) {
      return Optional.of(Denied.LIMITED);
    }
    return Optional.empty();
  }

  private static Unguarded unguarded(RotationRequest request) {
    return new Unguarded(
        Optional.of(request)
            .filter(RotationRequest::issuesRefreshToken)
            .map(
                it ->
                    new SuccessorToken(
                        it.presented().generation() + 1,
                        it.child().issuedAt(),
                        it.child().expiresAt(),
                        0,
                        it.binding())));
  }
}
