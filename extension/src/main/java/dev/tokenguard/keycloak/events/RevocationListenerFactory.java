package dev.tokenguard.keycloak.events;

import dev.tokenguard.config.Setting;
import dev.tokenguard.keycloak.connection.RedisConnection;
import dev.tokenguard.keycloak.support.LogText;
import dev.tokenguard.keycloak.support.ProviderOptions;
import dev.tokenguard.revocation.RevocationScope;
import dev.tokenguard.revocation.Trigger;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.jboss.logging.Logger;
import org.keycloak.Config;
import org.keycloak.events.EventListenerProvider;
import org.keycloak.events.EventListenerProviderFactory;
import org.keycloak.models.ClientModel.ClientRemovedEvent;
import org.keycloak.models.ClientModel.ClientUpdatedEvent;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.KeycloakSessionFactory;
import org.keycloak.models.RealmModel;
import org.keycloak.models.UserModel.UserPreRemovedEvent;
import org.keycloak.provider.Provider;
import org.keycloak.provider.ProviderConfigProperty;
import org.keycloak.provider.ProviderEvent;

/** The event listener that a realm adds under <i>Realm settings, Events</i>. */
public final class RevocationListenerFactory implements EventListenerProviderFactory {

  public static final String ID = "redis-token-blacklist";

  private static final Setting<Boolean> CHECK_ACTIVITY =
      Setting.flag(
          "check-activity",
          "Whether the use of revoked tokens is detected and reported. It costs one Redis command for"
              + " each userinfo request, introspection and refresh without a rotation policy. Switch"
              + " it off if these are frequent and the reports are not used.",
          true);

  private static final ProviderOptions OPTIONS =
      new ProviderOptions(
          "events-listener",
          ID,
          Stream.<Setting<?>>concat(Stream.of(CHECK_ACTIVITY), Trigger.settings().stream())
              .toList());

  private static final Logger LOG = Logger.getLogger(RevocationListenerFactory.class);

  private Trigger.Scopes triggers;
  private boolean checksActivity;

  @Override
  public String getId() {
    return ID;
  }

  @Override
  public Set<Class<? extends Provider>> dependsOn() {
    return Set.of(RedisConnection.class);
  }

  @Override
  public void init(Config.Scope config) {
    triggers = OPTIONS.read(config, Trigger.Scopes::parse);
    checksActivity = OPTIONS.read(config, CHECK_ACTIVITY::from);
  }

  /** Registers for changes of users and clients, which have no event in some cases. */
  @Override
  public void postInit(KeycloakSessionFactory factory) {
    factory.register(
        event -> {
          try {
            onModelEvent(event);
          } catch (RuntimeException failed) {
            // Keycloak does not catch it, and the request would fail.
            LOG.error(
                LogText.of("The change %s is not handled", event.getClass().getName()), failed);
          }
        });
  }

  private void onModelEvent(ProviderEvent event) {
    if (event instanceof UserPreRemovedEvent removal && isOn(removal.getRealm())) {
      listener(removal.getKeycloakSession()).onRemoval(removal.getRealm(), removal.getUser());
    } else if (event instanceof ClientRemovedEvent removal
        && isOn(removal.getClient().getRealm())) {
      listener(removal.getKeycloakSession()).onRemoval(removal.getClient());
    } else if (event instanceof ClientUpdatedEvent update
        && isOn(update.getUpdatedClient().getRealm())) {
      listener(update.getKeycloakSession()).onUpdate(update.getUpdatedClient());
    }
  }

  private RevocationListener listener(KeycloakSession session) {
    return new RevocationListener(session, triggers, checksActivity);
  }

  /** Whether the realm has this listener, and the trigger is switched on. */
  public boolean isOn(RealmModel realm, Trigger trigger) {
    return isOn(realm)
        && RevocationListener.triggersOf(realm, triggers).scopeOf(trigger) != RevocationScope.OFF;
  }

  /** Whether the realm has this listener, which also activates the detection. */
  public static boolean isOn(RealmModel realm) {
    try (Stream<String> listeners = realm.getEventsListenersStream()) {
      return listeners.anyMatch(ID::equals);
    }
  }

  @Override
  public EventListenerProvider create(KeycloakSession session) {
    return listener(session);
  }

  @Override
  public List<ProviderConfigProperty> getConfigMetadata() {
    return OPTIONS.toConfigProperties();
  }

  @Override
  public void close() {
    // Nothing to release.
  }
}
