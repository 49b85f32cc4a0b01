package dev.tokenguard.rotation;

import dev.tokenguard.rotation.RefreshDecision.SuccessorToken;

/** The children that decisions grant. */
public final class Children {

  private Children() {}

  /** The very same refresh token, with another access token: that of a replay of the family. */
  public static SuccessorToken again(SuccessorToken child, long replay) {
    return new SuccessorToken(
        child.generation(), child.issuedAt(), child.expiresAt(), replay, child.binding());
  }
}
