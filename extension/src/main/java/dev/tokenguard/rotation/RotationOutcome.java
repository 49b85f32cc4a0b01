package dev.tokenguard.rotation;

import java.time.Duration;
import java.util.Optional;

/** What the store decided about a presented refresh token. Each is final when it is returned. */
public sealed interface RotationOutcome {

  /** The request is served. */
  sealed interface Granted extends RotationOutcome {
    /** The refusal that was not carried out because the policy only observes. */
    Optional<Refused> observed();
  }

  /** The presented token gets none. */
  sealed interface Refused extends RotationOutcome {}

  /**
   * The lineage went on by one generation.
   *
   * @param replaced the access tokens that came with the presented token
   */
  record Rotated(
      SuccessorToken child, Origin origin, AccessTokens replaced, Optional<Refused> observed)
      implements Granted {}

  /**
   * The newest child was returned once more.
   *
   * @param replays how often by now, in this grace period
   */
  record Replayed(SuccessorToken child, long replays, Optional<Refused> observed)
      implements Granted {}

  /**
   * Granted, and nothing was changed: the policy only looks up, or no refresh token is issued.
   *
   * @param observed the refusal that was not carried out, or of a look-up, that the policy names
   */
  record Kept(Optional<Refused> observed) implements Granted {}

  /**
   * An old token came back and no grace covered it (RFC 9700, section 4.14.2). The family is marked
   * revoked.
   *
   * @param newest the family's newest generation
   * @param accessTokens every access token of the family that may be unexpired
   */
  record Reused(long newest, ReuseReason reason, AccessTokens accessTokens) implements Refused {}

  /**
   * The family, its session or its user was revoked before. This is no theft.
   *
   * @param accessTokens of a revoked family, all that may be unexpired: whoever revoked it may have
   *     missed the answer that named them. Empty when its record is no longer kept: they have
   *     expired
   */
  record Revoked(RevokedScope scope, Optional<AccessTokens> accessTokens) implements Refused {}

  /**
   * The family has no record, and the policy does not adopt it or the token is older than its
   * session can have been idle.
   */
  record Missing() implements Refused {}

  /** The family has used up its rotations. */
  record Limited() implements Refused {}

  /** The login lies further back than the policy allows. */
  record Expired() implements Refused {}

  /**
   * Too many refreshes in this minute, or replays in this grace period. Nothing was changed.
   *
   * @param retryAfter until the minute is over; a second after too many replays
   */
  record Throttled(Duration retryAfter) implements Refused {}

  /**
   * The request comes from another context than the one that the family is bound to.
   *
   * @param newest the family's newest generation
   * @param revoked every access token that may be unexpired, when the family was marked revoked
   */
  record Mismatched(long newest, Optional<AccessTokens> revoked) implements Refused {}

  /** How a rotation came about. */
  enum Origin {
    /** The newest token was presented. */
    NEXT,
    /** The first refresh of a family whose login was not recorded. */
    NEW,
    /** A token newer than the record: the store had lost writes. */
    FAST_FORWARD,
    /** A later token of a family without a record: the store had lost it. */
    ADOPTED
  }

  /** Why a replay was not covered by grace. */
  enum ReuseReason {
    /** The token is more than one generation old. */
    OLDER_GENERATION,
    GRACE_PERIOD_OVER,
    OTHER_CONTEXT
  }

  /** What was revoked. */
  enum RevokedScope {
    FAMILY,
    CLIENT_SESSION,
    SESSION,
    USER
  }
}
