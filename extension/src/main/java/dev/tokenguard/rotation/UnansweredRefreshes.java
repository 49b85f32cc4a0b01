package dev.tokenguard.rotation;

import java.time.Duration;

/**
 * The refreshes that the store did not answer in time, known to all nodes. The store may have
 * carried such a rotation out; then the client's retry is a replay, and after an outage that is
 * longer than the grace period it would be taken for a reuse. But nobody was given the child.
 */
public interface UnansweredRefreshes {

  /** A client that has not come back by then is not waiting for its answer. */
  Duration REMEMBERED_FOR = Duration.ofHours(1);

  /** Nothing is thrown when it cannot be remembered: the grace period then counts. */
  void remember(Place presented);

  /** Whether the token at this place was presented, and its child given to nobody. */
  boolean contains(Place presented);

  /** The client has been given the child. */
  void forget(Place presented);
}
