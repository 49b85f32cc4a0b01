package dev.tokenguard.keycloak.events;

import dev.tokenguard.keycloak.connection.RedisConnection;
import dev.tokenguard.keycloak.tokens.RevokedAccessTokens;
import dev.tokenguard.rotation.AccessTokens;
import dev.tokenguard.rotation.Revocation;
import dev.tokenguard.rotation.StoreUnavailableException;
import java.util.List;
import org.jboss.logging.Logger;
import org.keycloak.models.AbstractKeycloakTransaction;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.KeycloakSessionFactory;
import org.keycloak.models.utils.KeycloakModelUtils;

/**
 * Tells the store about a revocation after it was committed and before the answer goes out. So once
 * a logout or a {@code /revoke} has answered, no refresh that ran meanwhile leaves a token behind
 * that works (keycloak#51312). Of one that was rolled back nobody is told.
 */
final class DeliveredRevocation extends AbstractKeycloakTransaction {

  private static final Logger LOG = Logger.getLogger(DeliveredRevocation.class);

  private final KeycloakSessionFactory factory;
  private final Revocation revocation;

  DeliveredRevocation(KeycloakSessionFactory factory, Revocation revocation) {
    this.factory = factory;
    this.revocation = revocation;
  }

  @Override
  protected void commitImpl() {
    KeycloakModelUtils.runJobInTransaction(factory, this::deliver);
  }

  @Override
  protected void rollbackImpl() {
    // Nothing was revoked.
  }

  private void deliver(KeycloakSession own) {
    try {
      List<AccessTokens> ended =
          RedisConnection.familiesOf(own)
              .map(families -> families.revoke(revocation))
              .orElse(List.of());
      ended.forEach(new RevokedAccessTokens(own)::add);
    } catch (StoreUnavailableException unavailable) {
      LOG.warnf(
          "Redis was not told what ended of user %s; Keycloak has ended it all the same",
          revocation.userId());
    }
  }
}
