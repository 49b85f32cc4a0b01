package dev.tokenguard.keycloak.events;

import dev.tokenguard.config.Setting;
import dev.tokenguard.keycloak.connection.RedisConnection;
import dev.tokenguard.keycloak.events.BulkEventMapper.BulkEvent;
import dev.tokenguard.keycloak.session.BulkRevocationJob;
import dev.tokenguard.keycloak.session.SessionTerminator;
import dev.tokenguard.keycloak.support.LogText;
import dev.tokenguard.keycloak.support.ProviderOptions;
import dev.tokenguard.keycloak.support.Transactions;
import dev.tokenguard.revocation.RevocationScope;
import dev.tokenguard.revocation.RevocationTarget;
import dev.tokenguard.revocation.RevocationTarget.User;
import dev.tokenguard.revocation.Trigger;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.jboss.logging.Logger;
import org.keycloak.Config;
import org.keycloak.events.Event;
import org.keycloak.events.EventListenerProvider;
import org.keycloak.events.EventListenerProviderFactory;
import org.keycloak.events.admin.AdminEvent;
import org.keycloak.models.ClientModel;
import org.keycloak.models.ClientModel.ClientRemovedEvent;
import org.keycloak.models.ClientModel.ClientUpdatedEvent;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.KeycloakSessionFactory;
import org.keycloak.models.RealmModel;
import org.keycloak.models.UserModel;
import org.keycloak.models.UserModel.UserPreRemovedEvent;
import org.keycloak.models.UserSessionModel;
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

  /** The prefix of the realm attributes that override the triggers of the server. */
  private static final String ATTRIBUTE_PREFIX = "token-guard.";

  private static final int MAX_LOGGED = 1_000;

  /** Triggers are looked up with each event, and their errors are logged once. */
  private final Set<String> logged = ConcurrentHashMap.newKeySet();

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
      new RevocationListener(removal.getKeycloakSession())
          .onRemoval(removal.getRealm(), removal.getUser());
    } else if (event instanceof ClientRemovedEvent removal
        && isOn(removal.getClient().getRealm())) {
      new RevocationListener(removal.getKeycloakSession()).onRemoval(removal.getClient());
    } else if (event instanceof ClientUpdatedEvent update
        && isOn(update.getUpdatedClient().getRealm())) {
      new RevocationListener(update.getKeycloakSession()).onUpdate(update.getUpdatedClient());
    }
  }

  /** Whether the realm has this listener, and the trigger is switched on. */
  public boolean isOn(RealmModel realm, Trigger trigger) {
    return isOn(realm) && isTriggered(realm, trigger);
  }

  private boolean isTriggered(RealmModel realm, Trigger trigger) {
    return triggersOf(realm).scopeOf(trigger) != RevocationScope.OFF;
  }

  private boolean isTriggered(RealmModel realm, BulkEvent event) {
    return triggersOf(realm).scopeOf(event.trigger()) == event.scope();
  }

  /** The triggers of the server, overridden by the attributes of a realm. */
  private Trigger.Scopes triggersOf(RealmModel realm) {
    return triggers.overriddenBy(
        name -> realm.getAttribute(ATTRIBUTE_PREFIX + name), invalid -> logOnce(realm, invalid));
  }

  private void logOnce(RealmModel realm, String invalid) {
    String line =
        LogText.of(
            "A value of an attribute of realm %s is not accepted, so the setting of the server"
                + " applies. Accepted for %s%s",
            realm.getName(), ATTRIBUTE_PREFIX, invalid);
    if (logged.size() < MAX_LOGGED && logged.add(line)) {
      LOG.error(line);
    }
  }

  /** Whether the realm has this listener, which also activates the detection. */
  public static boolean isOn(RealmModel realm) {
    try (Stream<String> listeners = realm.getEventsListenersStream()) {
      return listeners.anyMatch(ID::equals);
    }
  }

  @Override
  public EventListenerProvider create(KeycloakSession session) {
    return new RevocationListener(session);
  }

  @Override
  public List<ProviderConfigProperty> getConfigMetadata() {
    return OPTIONS.toConfigProperties();
  }

  @Override
  public void close() {
    // Nothing to release.
  }

  /**
   * Maps events and changes of models to revocations, by the triggers of the realm, and revokes
   * after the commit of the change.
   */
  private final class RevocationListener implements EventListenerProvider {

    private final KeycloakSession session;

    RevocationListener(KeycloakSession session) {
      this.session = session;
    }

    @Override
    public void onEvent(Event event) {
      RealmModel realm = session.realms().getRealm(event.getRealmId());
      if (realm == null || isInactive()) {
        return;
      }
      revoke(realm, new UserEventMapper(session, realm).map(event));
      if (checksActivity) {
        new RevokedTokenUseDetector(session, realm).check(event);
      }
    }

    @Override
    public void onEvent(AdminEvent event, boolean includeRepresentation) {
      RealmModel realm = session.realms().getRealm(event.getRealmId());
      if (realm == null || isInactive()) {
        return;
      }
      revoke(realm, new AdminEventMapper(session, realm).map(event));
      new BulkEventMapper(session, realm).map(event).forEach(it -> begin(realm, it));
    }

    /** Before the deletion of a user: afterwards Keycloak has no list of the sessions. */
    void onRemoval(RealmModel realm, UserModel user) {
      if (isInactive() || !isTriggered(realm, Trigger.USER_DELETED)) {
        return;
      }
      List<String> sessions =
          Stream.concat(
                  session.sessions().getUserSessionsStream(realm, user),
                  session.sessions().getOfflineUserSessionsStream(realm, user))
              .map(UserSessionModel::getId)
              .distinct()
              .toList();
      new SessionTerminator(session, realm, Trigger.USER_DELETED.reason())
          .whenCommitted(new User(user.getId(), Optional.empty(), sessions));
    }

    /** Before the removal of a client, while its sessions exist. */
    void onRemoval(ClientModel client) {
      RealmModel realm = client.getRealm();
      if (!isInactive()) {
        begin(realm, new BulkEventMapper(session, realm).removedClient(client.getId()));
      }
    }

    /** Compared after the commit, because the request may change more of the client. */
    void onUpdate(ClientModel client) {
      RealmModel realm = client.getRealm();
      String id = client.getId();
      String attribute = "token-guard.client-before." + id;
      if (isInactive() || session.getAttribute(attribute) != null) {
        return;
      }
      session.setAttribute(attribute, true);
      BulkEventMapper mapper = new BulkEventMapper(session, realm);
      mapper
          .committed(id)
          .ifPresent(
              before ->
                  Transactions.afterCommit(
                      session,
                      () ->
                          mapper
                              .changedSince(before, id)
                              .forEach(change -> beginCommitted(realm, change))));
    }

    /** Without Redis, Keycloak's built-in behaviour remains. */
    private boolean isInactive() {
      return RedisConnection.blacklistOf(session).isEmpty();
    }

    private void revoke(RealmModel realm, List<RevocationEvent> events) {
      if (events.isEmpty()) {
        return;
      }
      Trigger.Scopes effective = triggersOf(realm);
      for (RevocationEvent event : events) {
        Trigger trigger = event.trigger();
        Optional<RevocationTarget> target = event.target(effective.scopeOf(trigger));
        target.ifPresent(new SessionTerminator(session, realm, trigger.reason())::whenCommitted);
      }
    }

    private void begin(RealmModel realm, BulkEvent event) {
      if (isTriggered(realm, event)) {
        BulkRevocationJob.begin(session, realm, event.revocation());
      }
    }

    private void beginCommitted(RealmModel realm, BulkEvent event) {
      if (isTriggered(realm, event)) {
        BulkRevocationJob.beginCommitted(session, realm, event.revocation());
      }
    }

    @Override
    public void close() {
      // Nothing to release.
    }
  }
}
