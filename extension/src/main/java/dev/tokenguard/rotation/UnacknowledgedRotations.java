package dev.tokenguard.rotation;

import java.time.Duration;

/**
 * The refreshes whose client got no answer, known to all nodes: the store did not answer in time,
 * or Keycloak failed after the store had decided. The store may have carried such a rotation out;
 * then the client's retry is a replay, and after the grace period it would be taken for a reuse.
 *
 * <p>Each is named by the token that was presented and by the {@linkplain RotationRequest.Attempt
 * attempt}. The store excuses a replay only where the very attempt to which it granted the newest
 * child is one of these. So a thief's own unanswered request excuses nothing: it produced no child.
 */
public interface UnacknowledgedRotations {

  /** A client that has not come back by then is not waiting for its answer. */
  Duration REMEMBERED_FOR = Duration.ofHours(1);

  /** Nothing is thrown when it cannot be remembered: the grace period then counts. */
  void remember(TokenPosition presented, String attempt);

  /** Whether the token at this place was presented by this attempt, which got no answer. */
  boolean contains(TokenPosition presented, String attempt);
}
