package dev.tokenguard.keycloak.revocation;

import dev.tokenguard.keycloak.connection.RedisConnection;
import dev.tokenguard.rotation.FamilyStore;
import dev.tokenguard.rotation.Revocation;
import dev.tokenguard.rotation.RevocationService;
import dev.tokenguard.rotation.StoreUnavailableException;
import java.util.Optional;
import org.jboss.logging.Logger;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.KeycloakSessionFactory;
import org.keycloak.models.RealmModel;
import org.keycloak.models.utils.KeycloakModelUtils;

/**
 * A revocation that Keycloak has committed, delivered before the answer goes out. After it no token
 * works that was born while the two raced (keycloak#51312):
 *
 * <ol>
 *   <li>the store refuses every refresh from now on, and names the access tokens of those that it
 *       granted before;
 *   <li>these go on Keycloak's list;
 *   <li>a session that is there again is removed again. Keycloak takes a session from its cache
 *       before the removal from the database is committed; a request that reads it in between puts
 *       it back, and a logged-out access token is good at userinfo again (seen in 26.7.3 with six
 *       refreshes racing a logout).
 * </ol>
 */
public final class CommittedRevocation {

  private static final Logger LOG = Logger.getLogger(CommittedRevocation.class);

  private final String realmId;
  private final Revocation revocation;

  public CommittedRevocation(RealmModel realm, Revocation revocation) {
    this.realmId = realm.getId();
    this.revocation = revocation;
  }

  /** Runs in a transaction of its own; the one that revoked is over. */
  public void deliver(KeycloakSessionFactory factory) {
    KeycloakModelUtils.runJobInTransaction(factory, this::deliver);
  }

  private void deliver(KeycloakSession session) {
    Optional<FamilyStore> families = RedisConnection.familiesOf(session);
    if (families.isEmpty()) {
      return;
    }
    RealmModel realm = session.realms().getRealm(realmId);
    if (realm == null) {
      // The realm was deleted with all that it had.
      return;
    }
    session.getContext().setRealm(realm);
    try {
      new RevocationService(families.get())
          .revoke(revocation)
          .forEach(new RevokedAccessTokens(session)::add);
    } catch (StoreUnavailableException unavailable) {
      LOG.warnf(
          "Redis was not told what ended of user %s; Keycloak has ended it all the same",
          revocation.userId());
    }
    new SessionRemoval(session).removeAll(revocation);
  }
}
