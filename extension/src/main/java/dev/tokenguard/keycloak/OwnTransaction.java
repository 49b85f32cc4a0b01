package dev.tokenguard.keycloak;

import java.util.function.Function;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.KeycloakSessionFactory;
import org.keycloak.models.RealmModel;
import org.keycloak.models.utils.KeycloakModelUtils;

/** A step in a transaction of its own, committed or rolled back whatever becomes of the request. */
public final class OwnTransaction {

  private OwnTransaction() {}

  /** The session that the step is given has the realm set; models of other sessions are not its. */
  public static <T> T in(
      KeycloakSessionFactory factory, RealmModel realm, Function<KeycloakSession, T> step) {
    String realmId = realm.getId();
    return KeycloakModelUtils.runJobInTransactionWithResult(
        factory,
        own -> {
          own.getContext().setRealm(own.realms().getRealm(realmId));
          return step.apply(own);
        });
  }
}
