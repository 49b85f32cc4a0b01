package dev.tokenguard.keycloak.policy;

import dev.tokenguard.keycloak.incident.StoredAlarms;
import dev.tokenguard.keycloak.support.LogText;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import org.jboss.logging.Logger;
import org.keycloak.models.RealmModel;

/**
 * Settings of a realm that contradict a policy. Each is logged once for a realm, and again when it
 * is set again after a change.
 */
public final class RealmWarnings {

  private static final Logger LOG = Logger.getLogger(RealmWarnings.class);

  private final Set<String> realmsWithRotation = ConcurrentHashMap.newKeySet();
  private final Set<String> realmsWithoutAlarm = ConcurrentHashMap.newKeySet();

  /**
   * Checks the realm of a request to which a policy applies.
   *
   * @param clientId the client id of the request, for the log
   */
  public void check(RealmModel realm, String clientId) {
    record(
        realmsWithRotation,
        realm,
        realm.isRevokeRefreshToken(),
        () ->
            LOG.warn(
                LogText.of(
                    "Realm %s has 'Revoke Refresh Token' on, and client %s has a rotation policy."
                        + " Switch it off: it logs users out where the policy grants a grace"
                        + " period.",
                    realm.getName(), clientId)));
    record(
        realmsWithoutAlarm,
        realm,
        StoredAlarms.areRefusedBy(realm),
        () ->
            LOG.info(
                LogText.of(
                    "Realm %s stores selected types of events without REFRESH_TOKEN_ERROR, so the"
                        + " console does not show the alarm of a reuse.",
                    realm.getName())));
  }

  private static void record(Set<String> realms, RealmModel realm, boolean isSet, Runnable log) {
    if (!isSet) {
      realms.remove(realm.getName());
    } else if (realms.add(realm.getName())) {
      log.run();
    }
  }

  /** Names of the realms that do not store the alarm, for the server info. */
  public String storingNoAlarm() {
    return String.join(", ", new TreeSet<>(realmsWithoutAlarm));
  }
}
