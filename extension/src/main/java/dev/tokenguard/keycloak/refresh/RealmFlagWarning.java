package dev.tokenguard.keycloak.refresh;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jboss.logging.Logger;
import org.keycloak.models.RealmModel;

/**
 * The realm's own "Revoke Refresh Token" also strikes clients with a policy, and ends sessions that
 * a grace period would have spared. Said once for each realm until it is switched off.
 */
final class RealmFlagWarning {

  private static final Logger LOG = Logger.getLogger(RealmFlagWarning.class);

  private final Set<String> warned = ConcurrentHashMap.newKeySet();

  void check(RealmModel realm, String clientId) {
    if (!realm.isRevokeRefreshToken()) {
      // Read first: a set that is empty, as it should be, is not written to on every request.
      if (!warned.isEmpty()) {
        warned.remove(realm.getId());
      }
    } else if (warned.add(realm.getId())) {
      LOG.warnf(
          "Realm %s has 'Revoke Refresh Token' on, and client %s has a rotation policy. Switch the"
              + " realm's own off: it logs users out where the policy grants grace.",
          realm.getName(), clientId);
    }
  }
}
