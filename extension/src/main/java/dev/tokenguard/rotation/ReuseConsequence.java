package dev.tokenguard.rotation;

/** What ends when a reuse is detected. Each ends all that stands above it, too. */
public enum ReuseConsequence {
  REVOKE_FAMILY,
  REVOKE_CLIENT_SESSION,
  REVOKE_SESSION,
  REVOKE_USER
}
