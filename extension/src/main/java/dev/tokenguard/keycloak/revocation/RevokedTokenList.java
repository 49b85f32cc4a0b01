package dev.tokenguard.keycloak.revocation;

import org.keycloak.models.KeycloakSession;

/**
 * A list of ids of revoked tokens. Both methods are atomic and do not throw: that would be a 500.
 */
public interface RevokedTokenList {

  /**
   * Adds an id.
   *
   * @param lifespanSeconds the time after which the id is removed
   * @return whether the id was not on the list, as far as is known
   */
  boolean put(String id, long lifespanSeconds);

  boolean contains(String id);

  /**
   * Keycloak's own list. Token Guard also writes to it, so that revoked tokens stay revoked during
   * an outage of Redis and after the JAR is removed.
   */
  static RevokedTokenList builtIn(KeycloakSession session) {
    return RevokedTokenSpi.IN_USE.builtIn(session);
  }
}
