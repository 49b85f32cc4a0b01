package dev.tokenguard.gateway;

import java.util.Locale;

/** The kinds of decisions, as metrics and the log name them. */
enum Outcome {
  ACCEPTED,
  /** Redis is unavailable, and the setting is to accept. */
  ACCEPTED_UNCHECKED,
  NO_TOKEN,
  INVALID_REQUEST,
  INVALID_TOKEN,
  EXPIRED,
  REVOKED,
  INSUFFICIENT_SCOPE,
  /** Redis is unavailable, and the setting is to refuse. */
  REVOCATION_UNKNOWN,
  /** The key of the token is not known, and the JWK Set cannot be read now. */
  KEYS_UNAVAILABLE,
  TIMED_OUT,
  OVERLOADED;

  String id() {
    return name().toLowerCase(Locale.ROOT);
  }
}
