package dev.tokenguard.checker;

import dev.tokenguard.checker.Verdict.Scope;
import java.util.EnumMap;
import java.util.Map;

/** The keys of a token. No other class of this package builds keys. */
final class ContractKeys {

  private ContractKeys() {}

  /** A key for each id in the token, the narrowest scope first. */
  static Map<Scope, String> of(String prefix, TokenClaims claims) {
    Map<Scope, String> keys = new EnumMap<>(Scope.class);
    claims.tokenId().ifPresent(id -> keys.put(Scope.TOKEN, prefix + "at:" + id));
    claims.sessionId().ifPresent(id -> keys.put(Scope.SESSION, prefix + "sid:" + id));
    claims.subject().ifPresent(id -> keys.put(Scope.USER, prefix + "sub:" + id));
    return keys;
  }
}
