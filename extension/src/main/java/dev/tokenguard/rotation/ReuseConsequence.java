package dev.tokenguard.rotation;

/** What is revoked when a reuse is detected. Each includes all above it. */
public enum ReuseConsequence {
  REVOKE_FAMILY,
  REVOKE_CLIENT_SESSION,
  REVOKE_SESSION,
  REVOKE_USER
}
