package dev.tokenguard.checker;

import java.util.Map;

/** Access tokens as the tests present them, by their claims. */
final class CheckedTokens {

  static final long ISSUED_AT = 1_800_000_000;

  private CheckedTokens() {}

  static TokenClaims ordinary() {
    return TokenClaims.of(
        Map.of("jti", "token", "sid", "session", "sub", "user", "iat", ISSUED_AT));
  }
}
