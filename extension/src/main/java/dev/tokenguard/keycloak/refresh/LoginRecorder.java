package dev.tokenguard.keycloak.refresh;

import dev.tokenguard.keycloak.connection.RedisConnection;
import dev.tokenguard.keycloak.revocation.RevokedAccessTokens;
import dev.tokenguard.keycloak.support.LogText;
import dev.tokenguard.revocation.Revocation.Reason;
import dev.tokenguard.rotation.FamilyStore;
import dev.tokenguard.rotation.RotationPolicy;
import dev.tokenguard.rotation.RotationRequest;
import dev.tokenguard.rotation.StoreUnavailableException;
import dev.tokenguard.rotation.TokenFamily.AccessTokens;
import java.util.List;
import org.jboss.logging.Logger;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.KeycloakSessionFactory;
import org.keycloak.models.RealmModel;
import org.keycloak.models.utils.KeycloakModelUtils;

/**
 * Records a login in the store after its commit and before the response, so that a revocation finds
 * the family of every token.
 *
 * <p>A failure does not fail the login: the family then begins at its first refresh.
 */
final class LoginRecorder {

  private static final Logger LOG = Logger.getLogger(LoginRecorder.class);

  private final KeycloakSessionFactory factory;
  private final FamilyStore families;
  private final String realmId;
  private final String clientId;
  private final RotationRequest login;
  private final RotationPolicy policy;

  LoginRecorder(KeycloakSession session, RotationRequest login, RotationPolicy policy) {
    this.factory = session.getKeycloakSessionFactory();
    this.families = RedisConnection.familiesOf(session).orElseThrow();
    RealmModel realm = session.getContext().getRealm();
    this.realmId = realm.getId();
    this.clientId = realm.getClientById(login.session().clientId()).getClientId();
    this.login = login;
    this.policy = policy;
  }

  void record() {
    try {
      List<AccessTokens> revoked = families.begin(login, policy);
      if (!revoked.isEmpty()) {
        KeycloakModelUtils.runJobInTransaction(factory, own -> list(own, revoked));
      }
    } catch (StoreUnavailableException unavailable) {
      // The connection has counted and logged it. If the store has executed the step, the access
      // tokens of a revoked family are listed at its next use.
    } catch (RuntimeException failed) {
      LOG.error(
          LogText.of(
              "Not all access tokens that a login revoked are on the blacklist: user %s, family %s",
              login.userId(), login.presented().family()),
          failed);
    }
  }

  private void list(KeycloakSession own, List<AccessTokens> revoked) {
    RealmModel realm = own.realms().getRealm(realmId);
    own.getContext().setRealm(realm);
    Reason reason = reasonOf(revoked);
    revoked.forEach(new RevokedAccessTokens(own, reason)::add);
    LOG.info(
        LogText.of(
            "A login revoked families %s (%s): realm %s, client %s, user %s, session %s, family %s,"
                + " max-families-per-user-and-client %d",
            revoked.stream().map(AccessTokens::family).toList(),
            reason.id(),
            realm.getName(),
            clientId,
            login.userId(),
            login.session().id(),
            login.presented().family(),
            policy.maxFamiliesPerUserAndClient()));
  }

  /** If the login's own family is revoked, its session was revoked before, and not the limit. */
  private Reason reasonOf(List<AccessTokens> revoked) {
    boolean isItsOwn = revoked.get(0).family().equals(login.presented().family());
    return isItsOwn ? Reason.REVOKED : Reason.MAX_FAMILIES_PER_USER_AND_CLIENT;
  }
}
