package dev.tokenguard.revocation;

/**
 * What is revoked of one user: whatever began before a time. Applied twice, late, or again after a
 * restart, it affects nothing that began afterwards.
 *
 * @param before when it was decided, seconds since the epoch
 * @param retainUntil until when the revocation matters, seconds since the epoch
 */
public record Revocation(RevocationTarget target, long before, long retainUntil) {

  public String userId() {
    return target.userId();
  }

  public RevocationTarget.Marks marks() {
    return target.marks();
  }
}
