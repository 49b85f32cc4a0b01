package dev.tokenguard.keycloak.incident;

import dev.tokenguard.keycloak.support.LogText;
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
 * Stores the event of a reuse for the console. Keycloak's own choice of stored types leaves {@code
 * REFRESH_TOKEN_ERROR} out, so an administrator who only switched storing on would never see the
 * alarm. Where an administrator chose the types, that choice stands.
 */
public final class StoredAlarms {

  private static final Logger LOG = Logger.getLogger(StoredAlarms.class);

  private static final String TYPE = EventType.REFRESH_TOKEN_ERROR.name();

  /** The console saves this list when it saves anything else about events. */
  private static final Set<String> KEYCLOAKS_CHOICE =
      Arrays.stream(EventType.values())
          .filter(EventType::isSaveByDefault)
          .map(EventType::name)
          .collect(Collectors.toUnmodifiableSet());

  private StoredAlarms() {}

  /**
   * Stores an event that Keycloak has sent to the listeners, in a transaction of its own. Never
   * throws: the answer at hand does not depend on it.
   *
   * @param refresh the event of the refresh; what Keycloak sends may be a copy of it (26.7.5)
   */
  public static void add(KeycloakSession session, RealmModel realm, Event refresh, String error) {
    if (!isLeftOutByKeycloak(realm)) {
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
              "An alarm is not stored: realm %s, error %s, user %s",
              realm.getName(), event.getError(), event.getUserId()),
          failed);
    }
  }

  /** Whether the realm stores events, but not this one, by the choice of an administrator. */
  public static boolean areRefusedBy(RealmModel realm) {
    if (!realm.isEventsEnabled()) {
      return false;
    }
    Set<String> chosen = chosenIn(realm);
    return !chosen.contains(TYPE) && !isDefault(chosen);
  }

  private static boolean isLeftOutByKeycloak(RealmModel realm) {
    if (!realm.isEventsEnabled() || KEYCLOAKS_CHOICE.contains(TYPE)) {
      return false;
    }
    return isDefault(chosenIn(realm));
  }

  private static boolean isDefault(Set<String> chosen) {
    return chosen.isEmpty() || chosen.equals(KEYCLOAKS_CHOICE);
  }

  private static Set<String> chosenIn(RealmModel realm) {
    try (Stream<String> types = realm.getEnabledEventTypesStream()) {
      return types.collect(Collectors.toSet());
    }
  }
}
