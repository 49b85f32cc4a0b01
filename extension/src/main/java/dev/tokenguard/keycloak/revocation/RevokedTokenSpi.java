package dev.tokenguard.keycloak.revocation;

import dev.tokenguard.keycloak.singleuse.SingleUseRevokedTokens;
import dev.tokenguard.keycloak.support.KeycloakCapability;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.KeycloakSessionFactory;

/**
 * Where Keycloak keeps revoked tokens: in an SPI of their own from 26.7 on, before that among the
 * single-use objects.
 */
public interface RevokedTokenSpi {

  /** That of the Keycloak at hand. */
  RevokedTokenSpi IN_USE =
      KeycloakCapability.REVOKED_TOKENS.isAvailable()
          ? KeycloakCapability.REVOKED_TOKENS.adapter(
              RevokedTokenSpi.class, "dev.tokenguard.keycloak.since26_7.RevokedTokenProviders")
          : new SingleUseRevokedTokens();

  /** Keycloak's own list. */
  RevokedTokenList builtIn(KeycloakSession session);

  /** Those of the factory that is registered for the SPI. */
  RedisRevokedTokens registered(KeycloakSessionFactory factory);
}
