package dev.tokenguard.rotation;

import dev.tokenguard.config.Setting;
import dev.tokenguard.revocation.RevocationScope;
import dev.tokenguard.rotation.RotationRequest.RequestContext;
import dev.tokenguard.rotation.TokenFamily.AccessTokens;
import java.time.Duration;
import java.util.EnumSet;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/**
 * The decision about a presented refresh token. The store makes all decisions except {@link
 * Unguarded} and {@link Unavailable}, which {@link RotationService} makes while it is unavailable.
 */
public sealed interface RefreshDecision {

  /** The name of the decision in replies of the store, in events, metrics and the log. */
  Outcome outcome();

  /**
   * The refusal that would apply in the mode {@code enforce}. {@link Kept} also has one if the mode
   * is {@code LOOKUP}.
   */
  default Optional<Outcome> observed() {
    return Optional.empty();
  }

  /** The refresh token for the client, at its new position in the lineage. */
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

  /** The outcomes of a refresh. */
  enum Outcome {
    /** The first refresh of a family whose login was not recorded. */
    STARTED,
    /** The newest token was presented. */
    ROTATED,
    /** A token newer than the record was presented, because the store has lost writes. */
    FAST_FORWARDED,
    /** A rotated token of a family without a record was presented: the store has lost it. */
    ADOPTED,
    /** The newest token was issued once more, within the grace period. */
    REPLAYED,
    /** The newest token was issued once more, because the client proved its key. */
    CONVERGED,
    /** Granted without a rotation. */
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

    /** The id in events, metrics and the log. */
    public String id() {
      return Setting.id(this);
    }
  }

  /**
   * The refresh token that answers a refresh, as far as the store decides it.
   *
   * @param generation its generation
   * @param issuedAt its {@code iat}, seconds since the epoch
   * @param expiresAt its {@code exp}, seconds since the epoch; 0 for an offline token without one
   * @param replay 0 for the successor of a rotation, otherwise the number of the replay, counted
   *     through all generations of the family. The id of the access token is derived from it, see
   *     {@link TokenPosition#accessTokenId}
   * @param binding the context that the family is bound to, if the policy binds it
   */
  record SuccessorToken(
      long generation,
      long issuedAt,
      long expiresAt,
      long replay,
      Optional<RequestContext> binding) {}

  /**
   * The lineage continues with the next generation.
   *
   * @param outcome {@code STARTED}, {@code ROTATED}, {@code FAST_FORWARDED} or {@code ADOPTED}
   * @param replaced the access tokens that were issued with the presented token
   */
  record Rotated(
      Outcome outcome, SuccessorToken successor, AccessTokens replaced, Optional<Outcome> observed)
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
      return Optional.of(successor);
    }

    @Override
    public void accept(Visitor visitor) {
      visitor.rotated(this);
    }
  }

  /**
   * The newest token is issued once more.
   *
   * @param outcome {@code REPLAYED} or {@code CONVERGED}
   */
  record Replayed(Outcome outcome, SuccessorToken successor, Optional<Outcome> observed)
      implements RefreshDecision {

    public Replayed {
      if (outcome != Outcome.REPLAYED && outcome != Outcome.CONVERGED) {
        throw new IllegalArgumentException(outcome + " is no replay");
      }
    }

    @Override
    public Optional<SuccessorToken> issued() {
      return Optional.of(successor);
    }

    @Override
    public void accept(Visitor visitor) {
      visitor.replayed(this);
    }
  }

  /**
   * Granted without a rotation: the mode is {@code LOOKUP}, no refresh token is issued, or the
   * policy does not rotate.
   *
   * @param same the presented token, if the policy does not rotate: the store has counted the
   *     refresh, and the id of the access token is derived from it
   */
  record Kept(Optional<SuccessorToken> same, Optional<Outcome> observed)
      implements RefreshDecision {
    @Override
    public Outcome outcome() {
      return Outcome.KEPT;
    }

    @Override
    public Optional<SuccessorToken> issued() {
      return same;
    }

    @Override
    public void accept(Visitor visitor) {
      visitor.kept(this);
    }
  }

  /**
   * Granted by the presented token alone, because the store is unavailable.
   *
   * @param issued empty without a rotation, as for {@link Kept}
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

  /** Refused. The response to the client is the same for all reasons. */
  sealed interface Refused extends RefreshDecision {

    /** For the event and the log, never for the client. */
    String reason(RotationPolicy policy);

    /** The newest generation of the family, if it is known. */
    default OptionalLong newest() {
      return OptionalLong.empty();
    }

    /** The access tokens of a revoked family that may be unexpired. */
    default Optional<AccessTokens> accessTokens() {
      return Optional.empty();
    }
  }

  /**
   * A replaced token was presented outside the grace period (RFC 9700, section 4.14.2). The store
   * has marked the family as revoked.
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

  /** The reason why a replay is outside the grace period. */
  enum ReuseReason {
    /** The token is more than one generation old. */
    OLDER_GENERATION,
    GRACE_PERIOD_OVER,
    OTHER_CONTEXT,
    /** An earlier request was the reuse, and its caller got no reply of the store. */
    UNACKNOWLEDGED
  }

  /**
   * The family is bound to another context than that of the request.
   *
   * @param accessTokens present if the store has marked the family as revoked
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
   * The family, its session or its user was revoked before. This is no reuse.
   *
   * @param accessTokens those of a revoked family, because the request that revoked it may have
   *     missed the reply with them. Empty if they have expired, and the record with them
   * @param by the refusal of an earlier refresh that revoked the family; empty if something else
   *     did. The access tokens are present with it
   */
  record Revoked(RevocationScope scope, Optional<AccessTokens> accessTokens, Optional<Refusal> by)
      implements Refused {
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

  /**
   * A refusal that revoked a family.
   *
   * @param outcome {@link Outcome#REUSED} or {@link Outcome#MISMATCHED}
   * @param attempt the {@linkplain RotationRequest.Attempt attempt} that was refused; may be empty
   */
  record Refusal(Outcome outcome, String attempt) {}

  /** A limit of the policy refuses it. Nothing is revoked. */
  enum Denied implements Refused {
    /**
     * The family has no record, and the policy does not adopt it, or the token is older than the
     * idle time of its session allows.
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
   * Too many refreshes in a minute, or too many replays in the grace period. Nothing is changed.
   *
   * @param retryAfter the rest of the minute; one second after too many replays
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

  /** Refused because the store is unavailable. The token stays valid. */
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
