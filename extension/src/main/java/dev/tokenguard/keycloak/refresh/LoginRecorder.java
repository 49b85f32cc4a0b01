package dev.tokenguard.keycloak.refresh;

import dev.tokenguard.keycloak.connection.RedisConnection;
import dev.tokenguard.keycloak.revocation.RevokedAccessTokens;
import dev.tokenguard.keycloak.support.LogText;
import dev.tokenguard.revocation.Reason;
import dev.tokenguard.rotation.AccessTokens;
import dev.tokenguard.rotation.FamilyStore;
import dev.tokenguard.rotation.RotationPolicy;
import dev.tokenguard.rotation.RotationRequest;
import dev.tokenguard.rotation.StoreUnavailableException;
import java.util.List;
import org.jboss.logging.Logger;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.KeycloakSessionFactory;
import org.keycloak.models.RealmModel;
import org.keycloak.models.utils.KeycloakModelUtils;

/**
 * A login that Keycloak has committed, recorded in the store before the answer goes out. So nobody
 * has a token of a family that a revocation would not find.
 *
 * <p>Nothing that goes wrong here fails the login: the family then begins at its first refresh.
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

  void tell() {
    try {
      List<AccessTokens> ended = families.begin(login, policy);
      if (!ended.isEmpty()) {
        KeycloakModelUtils.runJobInTransaction(factory, own -> list(own, ended));
      }
    } catch (StoreUnavailableException unavailable) {
      // Counted and logged where it was noticed. If the step was taken all the same, each family
      // that it ended names its access tokens when it is used next.
    } catch (RuntimeException failed) {
      LOG.error(
          LogText.of(
              "Not all that a login revoked is on the list of revoked tokens: user %s, family %s",
              login.userId(), login.presented().family()),
          failed);
    }
  }

  private void list(KeycloakSession own, List<AccessTokens> ended) {
    RealmModel realm = own.realms().getRealm(realmId);
    own.getContext().setRealm(realm);
    Reason reason = reasonOf(ended);
    ended.forEach(new RevokedAccessTokens(own, reason)::add);
    LOG.info(
        LogText.of(
            "A login revoked families %s (%s): realm %s, client %s, user %s, session %s, family %s,"
                + " max-families-per-user-and-client %d",
            ended.stream().map(AccessTokens::family).toList(),
            reason.word(),
            realm.getName(),
            clientId,
            login.userId(),
            login.session().id(),
            login.presented().family(),
            policy.maxFamiliesPerUserAndClient()));
  }

  /** A family that ended with its own login was revoked before; it ends no other. */
  private Reason reasonOf(List<AccessTokens> ended) {
    boolean isItsOwn = ended.get(0).family().equals(login.presented().family());
    return isItsOwn ? Reason.REVOKED : Reason.MAX_FAMILIES_PER_USER_AND_CLIENT;
  }
}
