package dev.tokenguard.keycloak.revocation;

import org.keycloak.models.KeycloakSession;

/** Ids of revoked tokens. Both methods are atomic, and neither throws: that were a 500. */
public interface RevokedTokenList {

  /**
   * @param lifespanSeconds how long the id stays on the list
   * @return whether it was not on the list, as far as the list can tell
   */
  boolean put(String id, long lifespanSeconds);

  boolean contains(String id);

  /**
   * Keycloak's own. It is written beside ours, so that a revoked token stays revoked during an
   * outage of Redis and after the JAR is removed.
   */
  static RevokedTokenList builtIn(KeycloakSession session) {
    return RevokedTokenSpi.IN_USE.builtIn(session);
  }
}
