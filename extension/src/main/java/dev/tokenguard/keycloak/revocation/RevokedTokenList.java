package dev.tokenguard.keycloak.revocation;

import dev.tokenguard.keycloak.support.KeycloakCapability;
import java.util.Optional;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.KeycloakSessionFactory;

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
    return Spi.IN_USE.builtIn(session);
  }

  /**
   * The SPI of Keycloak for revoked tokens: {@code revokedToken} from 26.7 on, {@code
   * singleUseObject} before.
   */
  interface Spi {

    /** The SPI of the running version of Keycloak. */
    Spi IN_USE =
        KeycloakCapability.REVOKED_TOKENS.isAvailable()
            ? KeycloakCapability.REVOKED_TOKENS.adapter(
                Spi.class,
                "dev.tokenguard.keycloak.since26_7.RedisRevokedTokenProviderFactory$ListOfKeycloak")
            : new GuardedSingleUseObjectsFactory.ListOfKeycloak();

    /** Keycloak's own list. */
    RevokedTokenList builtIn(KeycloakSession session);

    /**
     * The lists of the factory that is registered for the SPI; empty if an operator has selected
     * another provider.
     */
    Optional<RedisRevokedTokens> registered(KeycloakSessionFactory factory);
  }
}
