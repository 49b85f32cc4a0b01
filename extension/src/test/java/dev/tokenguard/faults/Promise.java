package dev.tokenguard.faults;

import java.time.Duration;

/**
 * What is promised of a fault, beside that no honest client is logged out, nothing revoked lives,
 * and nobody waits for long.
 *
 * @param recovery after its end refreshes go on within this time
 * @param keepsLineages whether no replay passes while it lasts, unless the policy lets it. When
 *     Redis forgets, one may; both branches are dead once both were used afterwards.
 * @param told what resource servers know in the end of that which was revoked meanwhile
 */
public record Promise(Duration recovery, boolean keepsLineages, Told told) {

  /** What Redis names in the end. */
  enum Told {
    ALL,
    /** It depends on what was lost. */
    PERHAPS_NOTHING
  }

  /** Within this time a fault is forgotten: a delay of the breaker, and a busy machine. */
  static final Duration RECOVERY = Duration.ofSeconds(5);

  /** Of a fault by which Redis loses nothing. */
  public static final Promise OF_ANY_FAULT = new Promise(RECOVERY, true, Told.ALL);

  /** Of one after which Redis lacks some of the last generations, or all that it knew. */
  public Promise withLostLineages() {
    return new Promise(recovery, false, told);
  }

  /** Of one after which Redis lacks what it was told meanwhile. */
  Promise withLostRevocations(Told left) {
    return new Promise(recovery, keepsLineages, left);
  }

  /** Of one that is over when others have decided so. */
  public Promise within(Duration longer) {
    return new Promise(longer, keepsLineages, told);
  }
}
