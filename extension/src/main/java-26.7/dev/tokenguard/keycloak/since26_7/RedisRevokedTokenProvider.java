package dev.tokenguard.keycloak.since26_7;

import dev.tokenguard.keycloak.revocation.RevokedTokenList;
import org.keycloak.models.RevokedTokenProvider;

/**
 * The list of revoked tokens for Keycloak. Introspection, userinfo, the admin and account REST APIs
 * and token exchange read it; used action tokens are added to it.
 */
record RedisRevokedTokenProvider(RevokedTokenList list) implements RevokedTokenProvider {

  @Override
  public boolean put(String id, long lifespanSeconds) {
    return list.put(id, lifespanSeconds);
  }

  @Override
  public boolean contains(String id) {
    return list.contains(id);
  }

  @Override
  public void close() {
    // Nothing to release.
  }
}
