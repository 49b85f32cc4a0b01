package dev.tokenguard.rotation;

import dev.tokenguard.config.Setting;
import dev.tokenguard.rotation.Effect.Issue;
import dev.tokenguard.rotation.Effect.Keep;
import dev.tokenguard.rotation.Effect.Label;
import dev.tokenguard.rotation.Effect.Postpone;
import dev.tokenguard.rotation.Effect.Refuse;
import dev.tokenguard.rotation.RotationOutcome.Expired;
import dev.tokenguard.rotation.RotationOutcome.Granted;
import dev.tokenguard.rotation.RotationOutcome.Kept;
import dev.tokenguard.rotation.RotationOutcome.Limited;
import dev.tokenguard.rotation.RotationOutcome.Mismatched;
import dev.tokenguard.rotation.RotationOutcome.Missing;
import dev.tokenguard.rotation.RotationOutcome.Refused;
import dev.tokenguard.rotation.RotationOutcome.Replayed;
import dev.tokenguard.rotation.RotationOutcome.Reused;
import dev.tokenguard.rotation.RotationOutcome.Revoked;
import dev.tokenguard.rotation.RotationOutcome.Rotated;
import dev.tokenguard.rotation.RotationOutcome.Throttled;
import dev.tokenguard.rotation.RotationPolicy.FailureConsequence;
import dev.tokenguard.rotation.RotationPolicy.MismatchConsequence;
import dev.tokenguard.rotation.RotationPolicy.Mode;
import java.time.Duration;
import java.util.Optional;

/**
 * Asks the store and turns its outcome into what is to be done.
 *
 * <p>Java 17 has no exhaustive switch over a sealed type; a test goes over all outcomes instead.
 */
public final class RotationService {

  /** How long a client is asked to wait when the store is away. */
  static final Duration RETRY_WHEN_UNAVAILABLE = Duration.ofSeconds(2);

  private final FamilyStore store;
  private final UnacknowledgedRotations unanswered;

  public RotationService(FamilyStore store, UnacknowledgedRotations unanswered) {
    this.store = store;
    this.unanswered = unanswered;
  }

  /** An unavailable store is an effect, too; nothing is thrown for it. */
  public Effect refresh(RotationRequest request, RotationPolicy policy) {
    TokenPosition presented = request.presented();
    String attempt = request.attempt().id();
    RotationOutcome outcome;
    try {
      outcome = store.rotate(request, policy, it -> unanswered.contains(presented, it));
    } catch (StoreUnavailableException unavailable) {
      Effect effect = withoutStore(request, policy);
      if (unavailable.mayHaveBeenTaken() && effect instanceof Postpone && !attempt.isEmpty()) {
        unanswered.remember(presented, attempt);
      }
      return effect;
    }
    return outcome instanceof Granted granted
        ? issue(granted, policy)
        : refuse((Refused) outcome, policy);
  }

  private static Effect issue(Granted granted, RotationPolicy policy) {
    Optional<Label> observed = granted.observed().map(refused -> refuse(refused, policy).label());
    if (granted instanceof Kept) {
      return new Keep(Label.KEPT, observed);
    }
    if (granted instanceof Rotated rotated) {
      Label label =
          switch (rotated.origin()) {
            case NEW -> Label.STARTED;
            case NEXT -> Label.ROTATED;
            case FAST_FORWARD -> Label.FAST_FORWARDED;
            case ADOPTED -> Label.ADOPTED;
          };
      Optional<AccessTokens> revoke =
          policy.revokesPreviousAccessToken() && !policy.isObserving()
              ? Optional.of(rotated.replaced())
              : Optional.empty();
      return new Issue(label, rotated.child(), revoke, observed);
    }
    Replayed replayed = (Replayed) granted;
    return new Issue(Label.REPLAYED, replayed.child(), Optional.empty(), observed);
  }

  private static Effect refuse(Refused refused, RotationPolicy policy) {
    if (refused instanceof Reused reused) {
      return new Refuse(
          Label.REUSED,
          Setting.id(reused.reason()),
          reused.newest(),
          Optional.of(reused.accessTokens()),
          Optional.of(policy.onReuse()));
    }
    if (refused instanceof Mismatched mismatched) {
      return new Refuse(
          Label.MISMATCHED,
          "bound to another " + Setting.id(policy.bindTo()),
          mismatched.newest(),
          mismatched.revoked(),
          Optional.empty());
    }
    if (refused instanceof Revoked revoked) {
      return new Refuse(
          Label.REVOKED,
          Setting.id(revoked.scope()) + " revoked before",
          Refuse.UNKNOWN,
          revoked.accessTokens(),
          Optional.empty());
    }
    if (refused instanceof Missing) {
      return plainly(Label.MISSING, "the family has no record");
    }
    if (refused instanceof Limited) {
      return plainly(Label.LIMITED, "max-rotations reached");
    }
    if (refused instanceof Expired) {
      return plainly(Label.EXPIRED, "absolute-lifetime is over");
    }
    return new Postpone(Label.THROTTLED, ((Throttled) refused).retryAfter());
  }

  private static Refuse plainly(Label label, String reason) {
    return new Refuse(label, reason, Refuse.UNKNOWN, Optional.empty(), Optional.empty());
  }

  /**
   * Without the store the lineage goes on by the signed token alone. What was replayed meanwhile is
   * caught when the store is back: one of the two branches is then behind.
   */
  private static Effect withoutStore(RotationRequest request, RotationPolicy policy) {
    if (policy.mode() == Mode.LOOKUP) {
      // No policy asks for a guard: it is served as Keycloak would serve it by itself.
      return new Keep(Label.UNGUARDED, Optional.empty());
    }
    if (policy.isObserving()) {
      return unguarded(request);
    }
    if (policy.onRedisFailure() == FailureConsequence.DENY) {
      return new Postpone(Label.UNAVAILABLE, RETRY_WHEN_UNAVAILABLE);
    }
    return shownByTheTokenAlone(request, policy)
        .<Effect>map(refused -> refuse(refused, policy))
        .orElseGet(() -> unguarded(request));
  }

  /** The limits that need no store. */
  private static Optional<Refused> shownByTheTokenAlone(
      RotationRequest request, RotationPolicy policy) {
    long generation = request.presented().generation();
    long notAfter = policy.notAfter(request.session().started());
    boolean isElsewhere =
        request
            .binding()
            .filter(bound -> !policy.bindTo().isSame(bound, request.context()))
            .isPresent();
    if (isElsewhere && policy.onBindingMismatch() != MismatchConsequence.OBSERVE) {
      return Optional.of(new Mismatched(generation, Optional.empty()));
    }
    if (notAfter > 0 && request.child().issuedAt() >= notAfter) {
      return Optional.of(new Expired());
    }
    if (policy.maxRotations() > 0 && generation >= policy.maxRotations()) {
      return Optional.of(new Limited());
    }
    return Optional.empty();
  }

  private static Effect unguarded(RotationRequest request) {
    if (!request.issuesRefreshToken()) {
      return new Keep(Label.UNGUARDED, Optional.empty());
    }
    SuccessorToken child =
        new SuccessorToken(
            request.presented().generation() + 1,
            request.child().issuedAt(),
            request.child().expiresAt(),
            0,
            request.binding());
    return new Issue(Label.UNGUARDED, child, Optional.empty(), Optional.empty());
  }
}
