package dev.tokenguard.rotation;

import java.time.Duration;

/**
 * The refreshes whose client got no response, for all nodes: the store did not answer in time, or
 * Keycloak failed after the decision of the store. The store may have rotated the token; the
 * client's retry is then a replay, and after the grace period it would be a reuse.
 *
 * <p>Key is the presented token with the {@linkplain RotationRequest.Attempt attempt}. The store
 * accepts a late replay only if the attempt that got the newest successor is one of these. So an
 * attacker's own request without a response excuses no replay: it got no successor.
 */
public interface UnacknowledgedRotations {

  /** A client that has not retried by then does not wait for the response. */
  Duration REMEMBERED_FOR = Duration.ofHours(1);

  /** Records an attempt. Does not throw; without the record, the grace period applies. */
  void remember(TokenPosition presented, String attempt);

  /** Whether this attempt presented the token at this position and got no response. */
  boolean contains(TokenPosition presented, String attempt);
}
