package dev.tokenguard.keycloak.policy;

import dev.tokenguard.keycloak.incident.StoredAlarms;
import dev.tokenguard.keycloak.support.LogText;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import org.jboss.logging.Logger;
import org.keycloak.models.RealmModel;

/**
 * Settings of a realm that get in the way of a policy. Logged once for each realm until they are
 * changed.
 */
public final class RealmWarnings {

  private static final Logger LOG = Logger.getLogger(RealmWarnings.class);

  private final Set<String> revokesItself = ConcurrentHashMap.newKeySet();
  private final Set<String> storesNoAlarm = ConcurrentHashMap.newKeySet();

  public void check(RealmModel realm, String clientId) {
    if (changes(revokesItself, realm, realm.isRevokeRefreshToken())) {
      LOG.warn(
          LogText.of(
              "Realm %s has 'Revoke Refresh Token' on, and client %s has a rotation policy. Switch"
                  + " the realm's own off: it logs users out where the policy grants grace.",
              realm.getName(), clientId));
    }
    if (changes(storesNoAlarm, realm, StoredAlarms.areRefusedBy(realm))) {
      LOG.info(
          LogText.of(
              "Realm %s stores chosen types of events, and REFRESH_TOKEN_ERROR is none of them:"
                  + " the alarm of a reuse is not stored for the console.",
              realm.getName()));
    }
  }

  /** Whether the setting is found for the first time. */
  private static boolean changes(Set<String> found, RealmModel realm, boolean isSet) {
    if (isSet) {
      return !found.contains(realm.getName()) && found.add(realm.getName());
    }
    // Read first: a set that is empty, as it should be, is not written to on every request.
    if (!found.isEmpty()) {
      found.remove(realm.getName());
    }
    return false;
  }

  /** Names of the realms that do not store the alarm; for the server info. */
  public String storingNoAlarm() {
    return String.join(", ", new TreeSet<>(storesNoAlarm));
  }
}
