package dev.tokenguard.rotation;

import dev.tokenguard.config.Setting;
import dev.tokenguard.revocation.RevocationScope;
import java.time.Duration;
import java.util.EnumSet;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/**
 * What is decided about a presented refresh token. The store decides all but {@link Unguarded} and
 * {@link Unavailable}, which {@link RotationService} decides when the store is unavailable.
 */
public sealed interface RefreshDecision {

  /** The name of the decision in replies of the store, in events, metrics and the log. */
  Outcome outcome();

  /**
   * The refusal that would apply if the policy were enforced. A decision of {@link Outcome#KEPT}
   * has one also where the policy only looks up.
   */
  default Optional<Outcome> observed() {
    return Optional.empty();
  }

  /** The refresh token that the client is given, at its new position in the lineage. */
  default Optional<SuccessorToken> issued() {
    return Optional.empty();
  }

  void accept(Visitor visitor);

  /** Carries a decision out. */
  interface Visitor {
    void rotated(Rotated decision);

    void replayed(Replayed decision);

    void kept(Kept decision);

    void unguarded(Unguarded decision);

    void reused(Reused decision);

    void mismatched(Mismatched decision);

    void revoked(Revoked decision);

    void denied(Denied decision);

    void throttled(Throttled decision);

    void unavailable(Unavailable decision);
  }

  /** One word for each way in which a refresh can end. */
  enum Outcome {
    /** The first refresh of a family whose login was not recorded. */
    STARTED,
    /** The newest token was presented. */
    ROTATED,
    /** A token newer than the record was presented: the store had lost writes. */
    FAST_FORWARDED,
    /** A later token of a family without a record was presented: the store had lost it. */
    ADOPTED,
    /** The newest token was issued once more. */
    REPLAYED,
    /** Granted, and nothing was changed. */
    KEPT,
    /** Granted without the store, which was unavailable. */
    UNGUARDED,
    REUSED,
    MISMATCHED,
    REVOKED,
    MISSING,
    LIMITED,
    EXPIRED,
    THROTTLED,
    UNAVAILABLE;

    /** For events, metrics and the log. */
    public String id() {
      return Setting.id(this);
    }
  }

  /**
   * The lineage continues with the next generation.
   *
   * @param outcome {@code STARTED}, {@code ROTATED}, {@code FAST_FORWARDED} or {@code ADOPTED}
   * @param replaced the access tokens that were issued with the presented token
   */
  record Rotated(
      Outcome outcome, SuccessorToken child, AccessTokens replaced, Optional<Outcome> observed)
      implements RefreshDecision {

    private static final Set<Outcome> ROTATIONS =
        EnumSet.of(Outcome.STARTED, Outcome.ROTATED, Outcome.FAST_FORWARDED, Outcome.ADOPTED);

    public Rotated {
      if (!ROTATIONS.contains(outcome)) {
        throw new IllegalArgumentException(outcome + " is no rotation");
      }
    }

    /** The access tokens that the policy revokes because they were replaced. */
    public Optional<AccessTokens> revokedBy(RotationPolicy policy) {
      return policy.revokesPreviousAccessToken() && !policy.isObserving()
          ? Optional.of(replaced)
          : Optional.empty();
    }

    @Override
    public Optional<SuccessorToken> issued() {
      return Optional.of(child);
    }

    @Override
    public void accept(Visitor visitor) {
      visitor.rotated(this);
    }
  }

  /** The newest token is issued once more. */
  record Replayed(SuccessorToken child, Optional<Outcome> observed) implements RefreshDecision {
    @Override
    public Outcome outcome() {
      return Outcome.REPLAYED;
    }

    @Override
    public Optional<SuccessorToken> issued() {
      return Optional.of(child);
    }

    @Override
    public void accept(Visitor visitor) {
      visitor.replayed(this);
    }
  }

  /** The request is served and the lineage stays: a look-up, or no refresh token is issued. */
  record Kept(Optional<Outcome> observed) implements RefreshDecision {
    @Override
    public Outcome outcome() {
      return Outcome.KEPT;
    }

    @Override
    public void accept(Visitor visitor) {
      visitor.kept(this);
    }
  }

  /**
   * The request is served without the store, by the presented token alone.
   *
   * @param issued empty where the lineage stays, as for {@link Kept}
   */
  record Unguarded(Optional<SuccessorToken> issued) implements RefreshDecision {
    @Override
    public Outcome outcome() {
      return Outcome.UNGUARDED;
    }

    @Override
    public void accept(Visitor visitor) {
      visitor.unguarded(this);
    }
  }

  /** The request is refused, with one neutral answer whatever the reason. */
  sealed interface Refused extends RefreshDecision {

    /** For the event and the log, never for the client. */
    String reason(RotationPolicy policy);

    /** The newest generation of the family, where it is known. */
    default OptionalLong newest() {
      return OptionalLong.empty();
    }

    /** The access tokens of a revoked family that may be unexpired. */
    default Optional<AccessTokens> accessTokens() {
      return Optional.empty();
    }
  }

  /**
   * A replaced token was presented outside the grace period (RFC 9700, section 4.14.2). The family
   * is marked revoked.
   */
  record Reused(long newestGeneration, ReuseReason why, AccessTokens revoked) implements Refused {
    @Override
    public Outcome outcome() {
      return Outcome.REUSED;
    }

    @Override
    public String reason(RotationPolicy policy) {
      return Setting.id(why);
    }

    @Override
    public OptionalLong newest() {
      return OptionalLong.of(newestGeneration);
    }

    @Override
    public Optional<AccessTokens> accessTokens() {
      return Optional.of(revoked);
    }

    @Override
    public void accept(Visitor visitor) {
      visitor.reused(this);
    }
  }

  /** Why the grace period does not cover a replay. */
  enum ReuseReason {
    /** The token is more than one generation old. */
    OLDER_GENERATION,
    GRACE_PERIOD_OVER,
    OTHER_CONTEXT
  }

  /**
   * The request comes from another context than the one that the family is bound to.
   *
   * @param accessTokens present when the family is marked revoked
   */
  record Mismatched(OptionalLong newest, Optional<AccessTokens> accessTokens) implements Refused {
    @Override
    public Outcome outcome() {
      return Outcome.MISMATCHED;
    }

    @Override
    public String reason(RotationPolicy policy) {
      return "bound to another " + Setting.id(policy.bindTo());
    }

    @Override
    public void accept(Visitor visitor) {
      visitor.mismatched(this);
    }
  }

  /**
   * The family, its session or its user was revoked before. This is no theft.
   *
   * @param accessTokens of a revoked family: whoever revoked it may have missed the reply that
   *     named them. Empty when its record is no longer kept, as they have expired
   */
  record Revoked(RevocationScope scope, Optional<AccessTokens> accessTokens) implements Refused {
    @Override
    public Outcome outcome() {
      return Outcome.REVOKED;
    }

    @Override
    public String reason(RotationPolicy policy) {
      return Setting.id(scope) + " revoked before";
    }

    @Override
    public void accept(Visitor visitor) {
      visitor.revoked(this);
    }
  }

  /** The policy does not grant it. Nothing is revoked. */
  enum Denied implements Refused {
    /**
     * The family has no record, and the policy does not adopt it or the token is older than its
     * session can have been idle.
     */
    MISSING(Outcome.MISSING, "the family has no record"),
    LIMITED(Outcome.LIMITED, "max-rotations reached"),
    EXPIRED(Outcome.EXPIRED, "absolute-lifetime is over");

    private final Outcome outcome;
    private final String reason;

    Denied(Outcome outcome, String reason) {
      this.outcome = outcome;
      this.reason = reason;
    }

    @Override
    public Outcome outcome() {
      return outcome;
    }

    @Override
    public String reason(RotationPolicy policy) {
      return reason;
    }

    @Override
    public void accept(Visitor visitor) {
      visitor.denied(this);
    }
  }

  /**
   * Too many refreshes in this minute, or replays in this grace period. Nothing is changed.
   *
   * @param retryAfter until the minute is over; a second after too many replays
   */
  record Throttled(Duration retryAfter) implements RefreshDecision {
    @Override
    public Outcome outcome() {
      return Outcome.THROTTLED;
    }

    @Override
    public void accept(Visitor visitor) {
      visitor.throttled(this);
    }
  }

  /** The store is unavailable. The token remains as valid as before. */
  record Unavailable(Duration retryAfter) implements RefreshDecision {
    @Override
    public Outcome outcome() {
      return Outcome.UNAVAILABLE;
    }

    @Override
    public void accept(Visitor visitor) {
      visitor.unavailable(this);
    }
  }
}
