package dev.tokenguard.rotation;

import dev.tokenguard.rotation.RotationOutcome.Granted;
import dev.tokenguard.rotation.RotationOutcome.Replayed;
import dev.tokenguard.rotation.RotationOutcome.Rotated;

/** The children that outcomes grant. */
public final class Children {

  private Children() {}

  /** Of a step in the lineage or a replay. */
  public static SuccessorToken of(Granted granted) {
    return granted instanceof Rotated rotated ? rotated.child() : ((Replayed) granted).child();
  }

  /** The very same refresh token, with another access token: that of a replay of the family. */
  public static SuccessorToken again(SuccessorToken child, long replay) {
    return new SuccessorToken(
        child.generation(), child.issuedAt(), child.expiresAt(), replay, child.binding());
  }
}
