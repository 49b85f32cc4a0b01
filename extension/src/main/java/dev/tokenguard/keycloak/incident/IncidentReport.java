package dev.tokenguard.keycloak.incident;

import dev.tokenguard.keycloak.connection.RedisConnection;
import dev.tokenguard.keycloak.support.LogText;
import dev.tokenguard.revocation.Incident;
import dev.tokenguard.rotation.StoreUnavailableException;
import org.jboss.logging.Logger;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;

/** Adds incidents to the log of a realm at once, because a refused request is rolled back. */
public final class IncidentReport {

  private static final Logger LOG = Logger.getLogger(IncidentReport.class);

  private final KeycloakSession session;
  private final RealmModel realm;

  public IncidentReport(KeycloakSession session, RealmModel realm) {
    this.session = session;
    this.realm = realm;
  }

  /** Does not throw during an outage: the response does not depend on the log. */
  public void write(Incident incident) {
    try {
      RedisConnection.incidentsOf(session).ifPresent(log -> log.add(realm.getId(), incident));
    } catch (StoreUnavailableException unavailable) {
      // Counted by the connection; Keycloak's event contains the same.
      LOG.warn(
          LogText.of(
              "An incident is missing in the log of realm %s: %s of user %s, session %s",
              realm.getName(),
              incident.type().word(),
              incident.origin().userId(),
              incident.origin().sessionId()));
    }
  }
}
