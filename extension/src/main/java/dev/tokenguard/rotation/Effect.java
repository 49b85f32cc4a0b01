package dev.tokenguard.rotation;

import dev.tokenguard.revocation.RevocationScope;
import java.time.Duration;
import java.util.Optional;

/**
 * What is to be done for a presented refresh token: the outcome, read in the light of the policy.
 */
public sealed interface Effect {

  /** For metrics and events: what happened, without ids. */
  Label label();

  /**
   * Answer with this child.
   *
   * @param revoke access tokens to put on the blacklist
   * @param observed what would have been done instead, were the policy enforced
   */
  record Issue(
      Label label, SuccessorToken child, Optional<AccessTokens> revoke, Optional<Label> observed)
      implements Effect {}

  /**
   * Answer without a step in the lineage: the presented token stays what it is.
   *
   * @param observed what would have been done instead, were the policy enforced
   */
  record Keep(Label label, Optional<Label> observed) implements Effect {}

  /**
   * Refuse, with one and the same neutral answer whatever the reason.
   *
   * @param reason for the event and the log, never for the answer
   * @param newest the family's newest generation, or {@link #UNKNOWN}
   * @param revoke access tokens to put on the blacklist
   * @param end what to end beyond the family
   */
  record Refuse(
      Label label,
      String reason,
      long newest,
      Optional<AccessTokens> revoke,
      Optional<RevocationScope> end)
      implements Effect {

    /** The decision did not tell the newest generation. */
    public static final long UNKNOWN = -1;
  }

  /** Ask the client to come back later; its token is as good as before. */
  record Postpone(Label label, Duration retryAfter) implements Effect {}

  /** Every way in which a refresh can end. */
  enum Label {
    ROTATED,
    STARTED,
    FAST_FORWARDED,
    ADOPTED,
    REPLAYED,
    /** Granted, and nothing was recorded. */
    KEPT,
    /** Issued without the store, which could not be asked. */
    UNGUARDED,
    REUSED,
    REVOKED,
    MISSING,
    LIMITED,
    EXPIRED,
    MISMATCHED,
    THROTTLED,
    UNAVAILABLE
  }
}
