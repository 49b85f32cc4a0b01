package dev.tokenguard.keycloak.revocation;

import dev.tokenguard.keycloak.support.KeycloakCapability;
import java.util.Optional;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.KeycloakSessionFactory;

/**
 * A list of ids of revoked tokens.
 *
 * <p>Keycloak's own list throws if its cache or its database fails, and whoever must not fail
 * catches that. From Keycloak 26.7 on, {@code put} is atomic for all nodes. Up to 26.6 it looks the
 * id up and adds it at the commit of the transaction, so of concurrent calls with the same id
 * several may return true, and the failure to add it is one of the commit.
 *
 * <p>The list in Redis and in Keycloak has an atomic {@code put} in all versions while Redis is
 * available. An outage of Redis is no exception, because that would be a 500: then the result of
 * Keycloak's own list applies. A failure of that list is thrown, as without Token Guard.
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
