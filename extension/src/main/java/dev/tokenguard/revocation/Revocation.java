package dev.tokenguard.revocation;

/**
 * A revocation for one user: of everything in its target that began before a time. So it is
 * idempotent: applied twice, late, or again after a restart, it does not affect what began
 * afterwards.
 *
 * @param before the time of the decision, seconds since the epoch
 * @param retainUntil the time from which no token that it covers can be valid, seconds since the
 *     epoch
 */
public record Revocation(RevocationTarget target, long before, long retainUntil) {

  public String userId() {
    return target.userId();
  }

  public RevocationTarget.Marks marks() {
    return target.marks();
  }
}
