package dev.tokenguard.keycloak.events;

import dev.tokenguard.keycloak.connection.RedisConnection;
import dev.tokenguard.keycloak.support.LogText;
import dev.tokenguard.revocation.IncidentLog.Incident;
import java.util.Arrays;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jboss.logging.Logger;
import org.keycloak.common.util.Time;
import org.keycloak.events.Event;
import org.keycloak.events.EventStoreProvider;
import org.keycloak.events.EventType;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;
import org.keycloak.models.utils.KeycloakModelUtils;

/**
 * Reports incidents at once, because a refused request is rolled back: in the log of a realm, and
 * as stored events for the console. The types that Keycloak stores by default do not include {@code
 * REFRESH_TOKEN_ERROR}, so the console would not show a reuse. Types that an administrator has
 * selected are respected.
 */
public final class IncidentReport {

  private static final Logger LOG = Logger.getLogger(IncidentReport.class);

  private static final String TYPE = EventType.REFRESH_TOKEN_ERROR.name();

  /** The default types. The console saves them with every change of the event settings. */
  private static final Set<String> DEFAULT_TYPES =
      Arrays.stream(EventType.values())
          .filter(EventType::isSaveByDefault)
          .map(EventType::name)
          .collect(Collectors.toUnmodifiableSet());

  private final KeycloakSession session;
  private final RealmModel realm;

  public IncidentReport(KeycloakSession session, RealmModel realm) {
    this.session = session;
    this.realm = realm;
  }

  /** Does not throw: the response does not depend on the log. */
  public void write(Incident incident) {
    try {
      RedisConnection.incidentsOf(session).ifPresent(log -> log.add(realm.getId(), incident));
    } catch (RuntimeException failed) {
      // Keycloak's event contains the same.
      LOG.warn(
          LogText.of(
              "An incident is missing in the log of realm %s: %s of user %s, session %s (%s)",
              realm.getName(),
              incident.type().id(),
              incident.origin().userId(),
              incident.origin().sessionId(),
              failed));
    }
  }

  /**
   * Stores an event that Keycloak has sent to the listeners, in a new transaction. Does not throw:
   * the response does not depend on it.
   *
   * @param refresh the event of the refresh; Keycloak 26.7.5 sends a copy of it
   */
  public void store(Event refresh, String error) {
    if (!isToBeStored()) {
      return;
    }
    Event event = refresh.clone();
    event.setId(UUID.randomUUID().toString());
    event.setTime(Time.currentTimeMillis());
    event.setType(EventType.REFRESH_TOKEN_ERROR);
    event.setError(error);
    try {
      KeycloakModelUtils.runJobInTransaction(
          session.getKeycloakSessionFactory(),
          session.getContext(),
          own -> own.getProvider(EventStoreProvider.class).onEvent(event));
    } catch (RuntimeException failed) {
      LOG.warn(
          LogText.of(
              "An incident is not stored as an event: realm %s, error %s, user %s",
              realm.getName(), event.getError(), event.getUserId()),
          failed);
    }
  }

  /** Whether an administrator has selected the stored types without this one. */
  public static boolean isNotStoredBy(RealmModel realm) {
    if (!realm.isEventsEnabled()) {
      return false;
    }
    Set<String> chosen = chosenIn(realm);
    return !chosen.contains(TYPE) && !isDefault(chosen);
  }

  private boolean isToBeStored() {
    if (!realm.isEventsEnabled() || DEFAULT_TYPES.contains(TYPE)) {
      return false;
    }
    return isDefault(chosenIn(realm));
  }

  private static boolean isDefault(Set<String> chosen) {
    return chosen.isEmpty() || chosen.equals(DEFAULT_TYPES);
  }

  private static Set<String> chosenIn(RealmModel realm) {
    try (Stream<String> types = realm.getEnabledEventTypesStream()) {
      return types.collect(Collectors.toSet());
    }
  }
}
