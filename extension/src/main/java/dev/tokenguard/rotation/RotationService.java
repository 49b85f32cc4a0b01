package dev.tokenguard.rotation;

import dev.tokenguard.rotation.RefreshDecision.Denied;
import dev.tokenguard.rotation.RefreshDecision.Mismatched;
import dev.tokenguard.rotation.RefreshDecision.Outcome;
import dev.tokenguard.rotation.RefreshDecision.Refusal;
import dev.tokenguard.rotation.RefreshDecision.Refused;
import dev.tokenguard.rotation.RefreshDecision.ReuseReason;
import dev.tokenguard.rotation.RefreshDecision.Reused;
import dev.tokenguard.rotation.RefreshDecision.Revoked;
import dev.tokenguard.rotation.RefreshDecision.SuccessorToken;
import dev.tokenguard.rotation.RefreshDecision.Unavailable;
import dev.tokenguard.rotation.RefreshDecision.Unguarded;
import dev.tokenguard.rotation.RotationPolicy.FailureConsequence;
import dev.tokenguard.rotation.RotationPolicy.MismatchConsequence;
import dev.tokenguard.rotation.RotationPolicy.Mode;
import dev.tokenguard.rotation.RotationRequest.KeyProof;
import dev.tokenguard.rotation.TokenFamily.AccessTokens;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;

/** Decides refreshes: by the store, or by the policy while the store is unavailable. */
public final class RotationService {

  /**
   * The refreshes whose client got no response, for all nodes: the store did not answer in time, or
   * Keycloak failed after the decision of the store. The store may have rotated the token; the
   * client's retry is then a replay, and after the grace period it would be a reuse.
   *
   * <p>Key is the presented token with the {@linkplain RotationRequest.Attempt attempt}. The store
   * accepts a late replay only if the attempt that got the newest successor is one of these. So an
   * attacker's own request without a response has no effect: it got no successor.
   */
  public interface UnacknowledgedRotations {

    /** A client that has not retried by then does not wait for the response. */
    Duration KEPT_FOR = Duration.ofHours(1);

    /** Records an attempt. Does not throw; without the record, the grace period applies. */
    void record(TokenPosition presented, String attempt);

    /** Whether this attempt presented the token at this position and got no response. */
    boolean contains(TokenPosition presented, String attempt);

    /**
     * Records an attempt to which the store did not reply, and which was granted without it. Does
     * not throw.
     */
    void recordGranted(String family, String attempt);

    /**
     * Whether the store did not reply to an attempt with a token of the family. Does not throw.
     *
     * @return true to one caller for each attempt
     */
    boolean take(String family, String attempt);
  }

  /** The {@code Retry-After} of a refresh that is refused because the store is unavailable. */
  static final Duration RETRY_WHEN_UNAVAILABLE = Duration.ofSeconds(2);

  private final FamilyStore store;
  private final UnacknowledgedRotations unacknowledged;

  public RotationService(FamilyStore store, UnacknowledgedRotations unacknowledged) {
    this.store = store;
    this.unacknowledged = unacknowledged;
  }

  /** Decides a refresh. Does not throw if the store is unavailable. */
  public RefreshDecision refresh(RotationRequest request, RotationPolicy policy) {
    TokenPosition presented = request.presented();
    try {
      RefreshDecision decision =
          store.rotate(request, policy, it -> unacknowledged.contains(presented, it));
      return decision instanceof Revoked revoked && !policy.isObserving()
          ? withUnreported(revoked, presented.family())
          : decision;
    } catch (StoreUnavailableException unavailable) {
      RefreshDecision decision = withoutStore(request, policy);
      String attempt = request.attempt().id();
      if (unavailable.mayHaveBeenExecuted() && !attempt.isEmpty()) {
        if (decision instanceof Unavailable) {
          unacknowledged.record(presented, attempt);
        } else if (!policy.isObserving()) {
          unacknowledged.recordGranted(presented.family(), attempt);
        }
      }
      return decision;
    }
  }

  /**
   * If the reply of the store to a refusal was lost, no node has carried out its consequences. The
   * next request with a token of the family does.
   */
  private Refused withUnreported(Revoked revoked, String family) {
    Optional<Refusal> unreported =
        revoked.by().filter(it -> unacknowledged.take(family, it.attempt()));
    if (unreported.isEmpty()) {
      return revoked;
    }
    AccessTokens tokens = revoked.accessTokens().orElseThrow();
    return unreported.get().outcome() == Outcome.REUSED
        ? new Reused(tokens.last(), ReuseReason.UNACKNOWLEDGED, tokens)
        : new Mismatched(OptionalLong.of(tokens.last()), Optional.of(tokens));
  }

  /**
   * Without the store, the signed token alone continues the lineage. A replay during the outage is
   * detected at the next use of the older branch after it.
   */
  private static RefreshDecision withoutStore(RotationRequest request, RotationPolicy policy) {
    if (policy.mode() == Mode.LOOKUP) {
      // No policy applies, so this is Keycloak's built-in behaviour.
      return new Unguarded(Optional.empty());
    }
    if (policy.isObserving()) {
      return unguarded(request, policy);
    }
    if (policy.onRedisFailure() == FailureConsequence.DENY) {
      return new Unavailable(RETRY_WHEN_UNAVAILABLE);
    }
    return refusedByToken(request, policy)
        .<RefreshDecision>map(refused -> refused)
        .orElseGet(() -> unguarded(request, policy));
  }

  /** The limits that the presented token alone can show. */
  private static Optional<Refused> refusedByToken(RotationRequest request, RotationPolicy policy) {
    long generation = request.presented().generation();
    long notAfter = policy.notAfter(request.session().started());
    boolean isMismatch =
        request
                .binding()
                .filter(bound -> !policy.bindTo().isSame(bound, request.context()))
                .isPresent()
            || policy.bindTo().requiresKey() && request.keyProof() == KeyProof.MISSING;
    if (isMismatch && policy.onBindingMismatch() != MismatchConsequence.OBSERVE) {
      return Optional.of(new Mismatched(OptionalLong.of(generation), Optional.empty()));
    }
    if (notAfter > 0 && request.successor().issuedAt() >= notAfter) {
      return Optional.of(Denied.EXPIRED);
    }
    if (policy.rotates() && policy.maxRotations() > 0 && generation >= policy.maxRotations()) {
      return Optional.of(Denied.LIMITED);
    }
    return Optional.empty();
  }

  private static Unguarded unguarded(RotationRequest request, RotationPolicy policy) {
    return new Unguarded(
        Optional.of(request)
            .filter(it -> it.issuesRefreshToken() && policy.rotates())
            .map(
                it ->
                    new SuccessorToken(
                        it.presented().generation() + 1,
                        it.successor().issuedAt(),
                        it.successor().expiresAt(),
                        0,
                        it.binding())));
  }
}
