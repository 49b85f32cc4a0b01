package dev.tokenguard.keycloak.events;

import dev.tokenguard.blacklist.Trigger;
import dev.tokenguard.blacklist.Triggers;
import dev.tokenguard.keycloak.ProviderOptions;
import dev.tokenguard.keycloak.connection.RedisConnection;
import dev.tokenguard.keycloak.revocation.BlacklistedActivity;
import dev.tokenguard.settings.Setting;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.keycloak.Config;
import org.keycloak.events.EventListenerProvider;
import org.keycloak.events.EventListenerProviderFactory;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.KeycloakSessionFactory;
import org.keycloak.models.RealmModel;
import org.keycloak.models.UserModel.UserPreRemovedEvent;
import org.keycloak.provider.Provider;
import org.keycloak.provider.ProviderConfigProperty;

/** Offers the listener in Realm settings, Events. */
public final class RevocationListenerFactory implements EventListenerProviderFactory {

  private static final String ID = BlacklistedActivity.LISTENER;

  private static final Setting<Boolean> CHECK_ACTIVITY =
      Setting.flag(
          "check-activity",
          "Looks at token requests for what is on the blacklist, and reports it. Costs a command to"
              + " Redis for each userinfo, introspection and refresh without a rotation policy.",
          true);

  private static final ProviderOptions OPTIONS =
      new ProviderOptions(
          "events-listener",
          ID,
          Stream.<Setting<?>>concat(Stream.of(CHECK_ACTIVITY), Trigger.settings().stream())
              .toList());

  private RealmTriggers triggers;
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
    triggers = new RealmTriggers(OPTIONS.read(config, Triggers::parse));
    checksActivity = OPTIONS.read(config, CHECK_ACTIVITY::from);
  }

  /** Every way to delete a user raises the same event, whoever asks for it. */
  @Override
  public void postInit(KeycloakSessionFactory factory) {
    factory.register(
        event -> {
          if (event instanceof UserPreRemovedEvent removal && isOn(removal.getRealm())) {
            new RevocationListener(removal.getKeycloakSession(), triggers, checksActivity)
                .onRemoval(removal.getRealm(), removal.getUser());
          }
        });
  }

  private static boolean isOn(RealmModel realm) {
    try (Stream<String> listeners = realm.getEventsListenersStream()) {
      return listeners.anyMatch(ID::equals);
    }
  }

  @Override
  public EventListenerProvider create(KeycloakSession session) {
    return new RevocationListener(session, triggers, checksActivity);
  }

  @Override
  public List<ProviderConfigProperty> getConfigMetadata() {
    return OPTIONS.listed();
  }

  @Override
  public void close() {
    // Nothing to release.
  }
}
