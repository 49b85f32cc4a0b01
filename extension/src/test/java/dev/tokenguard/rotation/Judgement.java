package dev.tokenguard.rotation;

import dev.tokenguard.revocation.RevocationScope;
import dev.tokenguard.rotation.RefreshDecision.Denied;
import dev.tokenguard.rotation.RefreshDecision.Kept;
import dev.tokenguard.rotation.RefreshDecision.Mismatched;
import dev.tokenguard.rotation.RefreshDecision.Outcome;
import dev.tokenguard.rotation.RefreshDecision.Replayed;
import dev.tokenguard.rotation.RefreshDecision.ReuseReason;
import dev.tokenguard.rotation.RefreshDecision.Reused;
import dev.tokenguard.rotation.RefreshDecision.Revoked;
import dev.tokenguard.rotation.RefreshDecision.Rotated;
import dev.tokenguard.rotation.RefreshDecision.SuccessorToken;
import dev.tokenguard.rotation.RefreshDecision.Throttled;
import dev.tokenguard.rotation.RotationPolicy.ContextMatch;
import dev.tokenguard.rotation.RotationPolicy.MismatchConsequence;
import dev.tokenguard.rotation.RotationPolicy.MissingConsequence;
import dev.tokenguard.rotation.RotationPolicy.Mode;
import dev.tokenguard.rotation.TokenFamily.AccessTokens;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.stream.Stream;

/** What the {@link InMemoryFamilyStore} thinks of one refresh. */
final class Judgement {

  private static final int MINUTE = 60;

  private final RotationRequest request;
  private final RotationPolicy policy;
  private final InMemoryFamilyStore.User user;
  private final Instant now;
  private final Predicate<String> wasUnanswered;
  private final long presented;
  private final Optional<RememberedFamily> known;
  private final Optional<Outcome> origin;
  private final Optional<RequestContext> binding;
  private final long minute;
  private final long refreshes;

  private Optional<Boolean> isExcused = Optional.empty();

  Judgement(
      RotationRequest request,
      RotationPolicy policy,
      InMemoryFamilyStore.User user,
      Instant now,
      Predicate<String> wasUnanswered) {
    this.request = request;
    this.policy = policy;
    this.user = user;
    this.now = now;
    this.wasUnanswered = wasUnanswered;
    this.presented = request.presented().generation();
    this.known = user.known(request.presented().family(), now);
    this.origin = origin();
    this.binding = binding();
    boolean sameMinute =
        known.map(RememberedFamily::minuteBegan).filter(this::isWithinAMinute).isPresent();
    this.minute = sameMinute ? known.get().minuteBegan() : now.getEpochSecond();
    this.refreshes = sameMinute ? known.get().refreshesInMinute() + 1 : 1;
  }

  RefreshDecision decision() {
    Optional<Outcome> observed = Optional.empty();
    for (RefreshDecision refusal : refusals().toList()) {
      if (isCarriedOut(refusal)) {
        remember(refusal);
        return refusal;
      }
      observed = observed.isPresent() ? observed : Optional.of(refusal.outcome());
    }
    return granted(observed);
  }

  /** The gravest first. */
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

  private boolean isCarriedOut(RefreshDecision refused) {
    boolean isTolerated =
        refused instanceof Mismatched && policy.onBindingMismatch() == MismatchConsequence.OBSERVE;
    return refused instanceof Revoked || !policy.isObserving() && !isTolerated;
  }

  private void remember(RefreshDecision refused) {
    boolean endsTheFamily =
        refused instanceof Reused
            || refused instanceof Mismatched mismatched && mismatched.accessTokens().isPresent();
    if (endsTheFamily) {
      RememberedFamily family = family();
      family.revoke();
      family.rememberUntil(request.child().revokedRetainUntil());
      family.belongTo(request, user, now);
    }
  }

  private RefreshDecision granted(Optional<Outcome> observed) {
    if (policy.mode() == Mode.LOOKUP || !request.issuesRefreshToken()) {
      return new Kept(observed);
    }
    RememberedFamily family = family();
    RefreshDecision outcome;
    if (origin.isPresent()) {
      AccessTokens replaced =
          origin.get() == Outcome.ROTATED
              ? family.newestAccessTokens()
              : family.accessToken(presented);
      SuccessorToken child = family.step(request, binding, user, now);
      outcome = new Rotated(origin.get(), child, withEnd(replaced, family), observed);
    } else {
      boolean isCovered = reuse().isEmpty();
      if (isCovered && isGraceOver(family)) {
        family.beginGrace(now);
      }
      SuccessorToken child = family.replay(request, isCovered, user, now);
      outcome = new Replayed(child, observed);
    }
    boolean isCounted = policy.maxRefreshesPerMinute() > 0;
    family.count(isCounted ? minute : 0, isCounted ? refreshes : 0);
    return outcome;
  }

  /** It expires when the last of the family does: nobody counts one by one. */
  private AccessTokens withEnd(AccessTokens replaced, RememberedFamily family) {
    AccessTokens live = family.liveAccessTokens(now);
    return new AccessTokens(
        replaced.family(),
        replaced.first(),
        replaced.last(),
        replaced.firstReplay(),
        replaced.lastReplay(),
        live.expiresAt(),
        live.loginPrefix(),
        live.refreshPrefix());
  }

  private RememberedFamily family() {
    String id = request.presented().family();
    RememberedFamily family = known.orElseGet(() -> RememberedFamily.beginningWith(request, now));
    user.families.put(id, family);
    return family;
  }

  private Optional<Outcome> origin() {
    if (known.isEmpty()) {
      return Optional.of(presented == 0 ? Outcome.STARTED : Outcome.ADOPTED);
    }
    long newest = known.get().generation();
    if (presented < newest) {
      return Optional.empty();
    }
    return Optional.of(presented == newest ? Outcome.ROTATED : Outcome.FAST_FORWARDED);
  }

  /** The family's own, else what the token says, else this request's if a policy asks for one. */
  private Optional<RequestContext> binding() {
    return known
        .flatMap(RememberedFamily::binding)
        .or(request::binding)
        .or(
            () ->
                Optional.of(request.context()).filter(it -> policy.bindTo() != ContextMatch.NONE));
  }

  /** No record is left of it, but it can be of a family that was one too many. */
  private Optional<Revoked> capped() {
    boolean isCapped =
        known.isEmpty()
            && user.mayBeCapped(request.session().clientId(), request.presentedIssuedAt());
    return isCapped
        ? Optional.of(new Revoked(RevocationScope.FAMILY, Optional.empty()))
        : Optional.empty();
  }

  /** By its record, or by what it belongs to. */
  Optional<Revoked> revoked() {
    RotationRequest.Session session = request.session();
    if (known.filter(RememberedFamily::isRevoked).isPresent()) {
      return Optional.of(
          new Revoked(RevocationScope.FAMILY, known.map(it -> it.liveAccessTokens(request, now))));
    }
    return user.scope(session, session.started(), session.clientStarted())
        .map(scope -> new Revoked(scope, Optional.empty()));
  }

  private Optional<Reused> reused() {
    return reuse()
        .map(
            reason ->
                new Reused(known.get().generation(), reason, known.get().liveAccessTokens(now)));
  }

  private Optional<ReuseReason> reuse() {
    if (origin.isPresent()) {
      return Optional.empty();
    }
    RememberedFamily family = known.get();
    if (presented < family.generation() - 1) {
      return Optional.of(ReuseReason.OLDER_GENERATION);
    }
    boolean isOver = isGraceOver(family);
    if (!policy.graceContext().isSame(family.rotatedFrom(), request.context())) {
      return Optional.of(isOver ? ReuseReason.GRACE_PERIOD_OVER : ReuseReason.OTHER_CONTEXT);
    }
    return isOver && !isExcused(family)
        ? Optional.of(ReuseReason.GRACE_PERIOD_OVER)
        : Optional.empty();
  }

  /** By when the request arrived. */
  private boolean isGraceOver(RememberedFamily family) {
    Instant end = family.made().plus(policy.gracePeriod());
    return policy.gracePeriod().isZero() || !now.minus(request.attempt().age()).isBefore(end);
  }

  /** Asked once, and not where it makes no difference. */
  private boolean isExcused(RememberedFamily family) {
    if (isExcused.isEmpty()) {
      isExcused =
          Optional.of(
              !policy.isObserving()
                  && revoked().isEmpty()
                  && !family.attempt().isEmpty()
                  && wasUnanswered.test(family.attempt()));
    }
    return isExcused.get();
  }

  private Optional<Denied> missing() {
    boolean isMissing = origin.filter(it -> it == Outcome.ADOPTED).isPresent();
    boolean isStale =
        known.isEmpty()
            && request.usableUntil() > 0
            && now.getEpochSecond() > request.usableUntil();
    return isStale || isMissing && policy.onMissingState() == MissingConsequence.DENY
        ? Optional.of(Denied.MISSING)
        : Optional.empty();
  }

  private Optional<Mismatched> mismatched() {
    if (binding.isEmpty() || policy.bindTo().isSame(binding.get(), request.context())) {
      return Optional.empty();
    }
    if (policy.onBindingMismatch() != MismatchConsequence.REVOKE_FAMILY) {
      return Optional.of(
          new Mismatched(
              known.stream().mapToLong(RememberedFamily::generation).findFirst(),
              Optional.empty()));
    }
    RememberedFamily family = known.orElseGet(() -> RememberedFamily.beginningWith(request, now));
    return Optional.of(
        new Mismatched(
            OptionalLong.of(family.generation()),
            Optional.of(family.liveAccessTokens(request, now))));
  }

  private Optional<Denied> expired() {
    long end = policy.notAfter(request.session().started());
    return end > 0 && now.getEpochSecond() >= end ? Optional.of(Denied.EXPIRED) : Optional.empty();
  }

  private Optional<Denied> limited() {
    return origin.isPresent() && policy.maxRotations() > 0 && presented >= policy.maxRotations()
        ? Optional.of(Denied.LIMITED)
        : Optional.empty();
  }

  private Optional<Throttled> throttled() {
    if (policy.maxRefreshesPerMinute() == 0 || refreshes <= policy.maxRefreshesPerMinute()) {
      boolean isOneTooMany =
          origin.isEmpty()
              && reuse().isEmpty()
              && !isGraceOver(known.get())
              && policy.graceMaxReplays() > 0
              && known.get().replays() >= policy.graceMaxReplays();
      return isOneTooMany ? Optional.of(new Throttled(Duration.ofSeconds(1))) : Optional.empty();
    }
    Instant next = Instant.ofEpochSecond(minute + MINUTE);
    return Optional.of(new Throttled(Duration.between(now, next)));
  }

  private boolean isWithinAMinute(long began) {
    long passed = now.getEpochSecond() - began;
    return passed >= 0 && passed < MINUTE;
  }
}
