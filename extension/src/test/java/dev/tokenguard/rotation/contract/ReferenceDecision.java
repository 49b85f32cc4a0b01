package dev.tokenguard.rotation.contract;

import dev.tokenguard.revocation.RevocationScope;
import dev.tokenguard.rotation.RefreshDecision;
import dev.tokenguard.rotation.RefreshDecision.Denied;
import dev.tokenguard.rotation.RefreshDecision.Kept;
import dev.tokenguard.rotation.RefreshDecision.Mismatched;
import dev.tokenguard.rotation.RefreshDecision.Outcome;
import dev.tokenguard.rotation.RefreshDecision.Refusal;
import dev.tokenguard.rotation.RefreshDecision.Refused;
import dev.tokenguard.rotation.RefreshDecision.Replayed;
import dev.tokenguard.rotation.RefreshDecision.ReuseReason;
import dev.tokenguard.rotation.RefreshDecision.Reused;
import dev.tokenguard.rotation.RefreshDecision.Revoked;
import dev.tokenguard.rotation.RefreshDecision.Rotated;
import dev.tokenguard.rotation.RefreshDecision.Throttled;
import dev.tokenguard.rotation.RotationPolicy;
import dev.tokenguard.rotation.RotationPolicy.MismatchConsequence;
import dev.tokenguard.rotation.RotationPolicy.MissingConsequence;
import dev.tokenguard.rotation.RotationPolicy.Mode;
import dev.tokenguard.rotation.RotationRequest;
import dev.tokenguard.rotation.RotationRequest.KeyProof;
import dev.tokenguard.rotation.RotationRequest.RequestContext;
import dev.tokenguard.rotation.TokenFamily.AccessTokens;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.stream.Stream;

/** How the {@link InMemoryFamilyStore} decides one refresh: the first rule that refuses it. */
final class ReferenceDecision {

  private static final int MINUTE = 60;

  private final RotationRequest request;
  private final RotationPolicy policy;
  private final InMemoryFamilyStore.User user;
  private final Instant now;
  private final Predicate<String> isUnacknowledged;
  private final long presented;
  private final boolean isKnown;
  private final ReferenceFamily family;
  private final Optional<RequestContext> binding;
  private final long minute;
  private final long refreshes;

  private Optional<Boolean> isNewestUnacknowledged = Optional.empty();

  ReferenceDecision(
      RotationRequest request,
      RotationPolicy policy,
      InMemoryFamilyStore.User user,
      Predicate<String> isUnacknowledged) {
    this.request = request;
    this.policy = policy;
    this.user = user;
    this.now = user.now();
    this.isUnacknowledged = isUnacknowledged;
    this.presented = request.presented().generation();
    Optional<ReferenceFamily> known = user.known(request.presented().family());
    this.isKnown = known.isPresent();
    this.family = known.orElseGet(() -> ReferenceFamily.adopted(request, user));
    Optional<RequestContext> context =
        Optional.of(request.context()).filter(it -> policy.bindTo().comparesRequests());
    this.binding = family.binding.or(request::binding).or(() -> context);
    long passed = now.getEpochSecond() - family.minute;
    boolean isSameMinute = passed >= 0 && passed < MINUTE;
    this.minute = isSameMinute ? family.minute : now.getEpochSecond();
    this.refreshes = isSameMinute ? family.refreshesInMinute + 1 : 1;
  }

  RefreshDecision decision() {
    Optional<Outcome> observed = Optional.empty();
    for (RefreshDecision refusal : refusals().toList()) {
      if (isCarriedOut(refusal)) {
        if (refusal instanceof Reused
            || refusal instanceof Mismatched it && it.accessTokens().isPresent()) {
          user.families.put(family.id, family);
          family.revoke(request.successor().revokedRetainUntil());
          family.record(request);
          family.revokedBy =
              Optional.of(new Refusal(((Refused) refusal).outcome(), request.attempt().id()));
        }
        return refusal;
      }
      observed = observed.or(() -> Optional.of(refusal.outcome()));
    }
    return granted(observed);
  }

  /** The most severe first. */
  private Stream<RefreshDecision> refusals() {
    return Stream.<Supplier<Optional<? extends RefreshDecision>>>of(
            this::capped,
            this::revoked,
            this::reused,
            this::missing,
            this::mismatched,
            this::expired,
            this::limited,
            this::throttled)
        .flatMap(rule -> rule.get().stream());
  }

  private boolean isCarriedOut(RefreshDecision refusal) {
    boolean isAccepted =
        refusal instanceof Mismatched && policy.onBindingMismatch() == MismatchConsequence.OBSERVE;
    return refusal instanceof Revoked || !policy.isObserving() && !isAccepted;
  }

  private RefreshDecision granted(Optional<Outcome> observed) {
    if (policy.mode() == Mode.LOOKUP || !request.issuesRefreshToken()) {
      return new Kept(Optional.empty(), observed);
    }
    user.families.put(family.id, family);
    RefreshDecision decision =
        isReplay() ? replayed(observed) : policy.rotates() ? rotated(observed) : kept(observed);
    boolean isCounted = policy.maxRefreshesPerMinute() > 0;
    family.minute = isCounted ? minute : 0;
    family.refreshesInMinute = isCounted ? refreshes : 0;
    return decision;
  }

  private Replayed replayed(Optional<Outcome> observed) {
    boolean isConverging = isConverging();
    if (!isConverging && reuse().isEmpty()) {
      if (isGraceOver()) {
        family.beginGrace();
        family.keepEarlier(policy.graceDepth());
      }
      family.replaysInGrace++;
    }
    return new Replayed(
        isConverging ? Outcome.CONVERGED : Outcome.REPLAYED, family.replay(request), observed);
  }

  /** The presented token is returned. */
  private Kept kept(Optional<Outcome> observed) {
    family.binding = binding;
    return new Kept(Optional.of(family.keep(request)), observed);
  }

  private Rotated rotated(Optional<Outcome> observed) {
    Outcome outcome = rotation();
    AccessTokens replaced = family.replacedBy(request);
    family.binding = binding;
    family.recordEarlier(outcome == Outcome.ROTATED ? policy.graceDepth() : 1);
    return new Rotated(outcome, family.rotate(request), replaced, observed);
  }

  private boolean isReplay() {
    return isKnown && presented < family.generation;
  }

  private Outcome rotation() {
    if (!isKnown) {
      return presented == 0 ? Outcome.STARTED : Outcome.ADOPTED;
    }
    return presented == family.generation ? Outcome.ROTATED : Outcome.FAST_FORWARDED;
  }

  /** A token without a record can be of a family that the limit of families revoked. */
  private Optional<Revoked> capped() {
    return Optional.of(new Revoked(RevocationScope.FAMILY, Optional.empty(), Optional.empty()))
        .filter(
            it ->
                !isKnown
                    && user.mayBeCapped(request.session().clientId(), request.presentedIssuedAt()));
  }

  Optional<Revoked> revoked() {
    if (family.isRevoked) {
      return Optional.of(
          new Revoked(
              RevocationScope.FAMILY, Optional.of(family.unexpired(request)), family.revokedBy));
    }
    RotationRequest.Session session = request.session();
    return user.markOf(session, session.started(), session.clientStarted())
        .map(scope -> new Revoked(scope, Optional.empty(), Optional.empty()));
  }

  private Optional<Reused> reused() {
    return reuse().map(why -> new Reused(family.generation, why, family.unexpired()));
  }

  private Optional<ReuseReason> reuse() {
    if (!isReplay() || isConverging()) {
      return Optional.empty();
    }
    if (isTooOld()) {
      return Optional.of(ReuseReason.OLDER_GENERATION);
    }
    boolean isOther =
        policy.graceContext().requiresKey()
            ? request.keyProof() != KeyProof.PROVEN
            : !policy.graceContext().isSame(family.rotatedFrom, request.context());
    if (isOther) {
      return Optional.of(isGraceOver() ? ReuseReason.GRACE_PERIOD_OVER : ReuseReason.OTHER_CONTEXT);
    }
    boolean isUnacknowledgedReplay =
        presented == family.generation - 1 && isGraceOver() && isNewestUnacknowledged();
    return Optional.of(ReuseReason.GRACE_PERIOD_OVER)
        .filter(it -> isGraceOver() && !isUnacknowledgedReplay);
  }

  /** A replay that is accepted for its key alone. */
  private boolean isConverging() {
    return isReplay()
        && policy.graceContext().requiresKey()
        && request.keyProof() == KeyProof.PROVEN
        && (isTooOld() || isGraceOver());
  }

  private boolean isTooOld() {
    return presented < family.generation - policy.graceDepth();
  }

  /** By the time at which the request arrived, from the rotation of the presented token on. */
  private boolean isGraceOver() {
    Optional<Instant> replaced = family.replacedAt(presented);
    return policy.gracePeriod().isZero()
        || replaced.isEmpty()
        || !now.minus(request.attempt().age()).isBefore(replaced.get().plus(policy.gracePeriod()));
  }

  /** Asks once, and only if the response makes a difference. */
  private boolean isNewestUnacknowledged() {
    if (isNewestUnacknowledged.isEmpty()) {
      isNewestUnacknowledged =
          Optional.of(
              !policy.isObserving()
                  && revoked().isEmpty()
                  && !family.attempt.isEmpty()
                  && isUnacknowledged.test(family.attempt));
    }
    return isNewestUnacknowledged.get();
  }

  private Optional<Denied> missing() {
    boolean isStale = request.usableUntil() > 0 && now.getEpochSecond() > request.usableUntil();
    boolean isDenied = presented > 0 && policy.onMissingState() == MissingConsequence.DENY;
    return Optional.of(Denied.MISSING).filter(it -> !isKnown && (isStale || isDenied));
  }

  private Optional<Mismatched> mismatched() {
    boolean isSame =
        policy.bindTo().requiresKey()
            ? request.keyProof() != KeyProof.MISSING
            : binding.isEmpty() || policy.bindTo().isSame(binding.get(), request.context());
    if (isSame) {
      return Optional.empty();
    }
    if (policy.onBindingMismatch() == MismatchConsequence.REVOKE_FAMILY) {
      return Optional.of(
          new Mismatched(
              OptionalLong.of(family.generation), Optional.of(family.unexpired(request))));
    }
    OptionalLong newest = isKnown ? OptionalLong.of(family.generation) : OptionalLong.empty();
    return Optional.of(new Mismatched(newest, Optional.empty()));
  }

  private Optional<Denied> expired() {
    long end = policy.notAfter(request.session().started());
    return Optional.of(Denied.EXPIRED).filter(it -> end > 0 && now.getEpochSecond() >= end);
  }

  private Optional<Denied> limited() {
    int max = policy.maxRotations();
    return Optional.of(Denied.LIMITED)
        .filter(it -> !isReplay() && policy.rotates() && max > 0 && presented >= max);
  }

  private Optional<Throttled> throttled() {
    if (policy.maxRefreshesPerMinute() > 0 && refreshes > policy.maxRefreshesPerMinute()) {
      Instant next = Instant.ofEpochSecond(minute + MINUTE);
      return Optional.of(new Throttled(Duration.between(now, next)));
    }
    boolean areReplaysUsedUp =
        policy.graceMaxReplays() > 0 && family.replaysInGrace >= policy.graceMaxReplays();
    return Optional.of(new Throttled(Duration.ofSeconds(1)))
        .filter(it -> areReplaysUsedUp && isReplay() && reuse().isEmpty() && !isGraceOver());
  }
}
