package dev.tokenguard.keycloak.revocation;

import dev.tokenguard.keycloak.singleuse.SingleUseRevokedTokens;
import dev.tokenguard.keycloak.support.KeycloakCapability;
import java.util.Optional;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.KeycloakSessionFactory;

/**
 * The SPI of Keycloak for revoked tokens: {@code revokedToken} from 26.7 on, {@code
 * singleUseObject} before.
 */
public interface RevokedTokenSpi {

  /** The SPI of the running version of Keycloak. */
  RevokedTokenSpi IN_USE =
      KeycloakCapability.REVOKED_TOKENS.isAvailable()
          ? KeycloakCapability.REVOKED_TOKENS.adapter(
              RevokedTokenSpi.class, "dev.tokenguard.keycloak.since26_7.RevokedTokenProviders")
          : new SingleUseRevokedTokens();

  /** Keycloak's own list. */
  RevokedTokenList builtIn(KeycloakSession session);

  /**
   * The lists of the factory that is registered for the SPI; empty if an operator has selected
   * another provider.
   */
  Optional<RedisRevokedTokens> registered(KeycloakSessionFactory factory);
}
