package dev.tokenguard.keycloak.events;

import dev.tokenguard.keycloak.connection.RedisConnection;
import dev.tokenguard.keycloak.events.ClientEventMapper.ClientChange;
import dev.tokenguard.keycloak.session.BulkRevocationJob;
import dev.tokenguard.keycloak.session.SessionTerminator;
import dev.tokenguard.keycloak.support.LogText;
import dev.tokenguard.keycloak.support.Transactions;
import dev.tokenguard.revocation.BulkRevocation;
import dev.tokenguard.revocation.BulkRevocation.Kind;
import dev.tokenguard.revocation.RevocationScope;
import dev.tokenguard.revocation.RevocationTarget;
import dev.tokenguard.revocation.RevocationTarget.User;
import dev.tokenguard.revocation.Trigger;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jboss.logging.Logger;
import org.keycloak.common.util.Time;
import org.keycloak.component.ComponentModel;
import org.keycloak.events.Event;
import org.keycloak.events.EventListenerProvider;
import org.keycloak.events.admin.AdminEvent;
import org.keycloak.events.admin.OperationType;
import org.keycloak.events.admin.ResourceType;
import org.keycloak.models.ClientModel;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;
import org.keycloak.models.UserModel;
import org.keycloak.models.UserSessionModel;

/**
 * Maps events and changes of models to revocations, by the triggers of the realm, and revokes after
 * the commit of the change.
 */
final class RevocationListener implements EventListenerProvider {

  private static final Logger LOG = Logger.getLogger(RevocationListener.class);

  /** The prefix of the realm attributes that override the triggers of the server. */
  private static final String ATTRIBUTE_PREFIX = "token-guard.";

  /** The component type of user federations: the name of their provider class. */
  private static final String USER_FEDERATION = "org.keycloak.storage.UserStorageProvider";

  private final KeycloakSession session;
  private final Trigger.Scopes serverTriggers;
  private final boolean checksActivity;

  RevocationListener(
      KeycloakSession session, Trigger.Scopes serverTriggers, boolean checksActivity) {
    this.session = session;
    this.serverTriggers = serverTriggers;
    this.checksActivity = checksActivity;
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
    new ClientEventMapper(session, realm).map(event).forEach(it -> revoke(realm, it));
    if (event.getResourceType() == ResourceType.REALM) {
      onRealm(realm, event);
    }
    if (event.getResourceType() == ResourceType.COMPONENT
        || event.getResourceType() == ResourceType.USER_FEDERATION_PROVIDER) {
      onFederation(realm, event);
    }
  }

  private void onRealm(RealmModel realm, AdminEvent event) {
    if ("logout-all".equals(event.getResourcePath())) {
      revoke(
          realm, Trigger.REALM_LOGOUT, RevocationScope.REALM, Kind.REALM, "", Time.currentTime());
      return;
    }
    int before =
        Transactions.inNewTransaction(
            session.getKeycloakSessionFactory(),
            realm,
            // A realm that is being created is not committed.
            own ->
                Optional.ofNullable(own.getContext().getRealm())
                    .map(RealmModel::getNotBefore)
                    .orElse(Integer.MAX_VALUE));
    if (realm.getNotBefore() > before) {
      revoke(
          realm,
          Trigger.NOT_BEFORE,
          RevocationScope.TOKENS,
          Kind.REALM_NOT_BEFORE,
          "",
          realm.getNotBefore());
    }
  }

  /** Keycloak deletes the users of a federation in one statement, without an event for each. */
  private void onFederation(RealmModel realm, AdminEvent event) {
    AdminResourcePath path = AdminResourcePath.of(event, session);
    String id = path.part(1);
    if (path.isBelow("components") && event.getOperationType() == OperationType.DELETE
        || path.part(2).equals("remove-imported-users")) {
      if (isFederation(realm, id)) {
        revoke(
            realm,
            Trigger.USER_DELETED,
            RevocationScope.USER,
            Kind.FEDERATION,
            id,
            Time.currentTime());
      }
    } else if (path.isBelow("components")
        && path.length() == 2
        && event.getOperationType() == OperationType.UPDATE
        && isDisabledFederation(realm.getComponent(id))) {
      revoke(
          realm,
          Trigger.USER_DISABLED,
          RevocationScope.USER,
          Kind.FEDERATION,
          id,
          Time.currentTime());
    }
  }

  private boolean isFederation(RealmModel realm, String id) {
    return Transactions.inNewTransaction(
        session.getKeycloakSessionFactory(),
        realm,
        own -> isFederation(own.getContext().getRealm().getComponent(id)));
  }

  private static boolean isFederation(ComponentModel component) {
    return component != null && USER_FEDERATION.equals(component.getProviderType());
  }

  private static boolean isDisabledFederation(ComponentModel component) {
    return isFederation(component) && !component.get("enabled", true);
  }

  /** Before the deletion of a user: afterwards Keycloak has no list of the sessions. */
  void onRemoval(RealmModel realm, UserModel user) {
    if (isInactive() || scopeOf(Trigger.USER_DELETED, realm) == RevocationScope.OFF) {
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
      revoke(realm, new ClientEventMapper(session, realm).removed(client.getId()));
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
    ClientEventMapper mapper = new ClientEventMapper(session, realm);
    mapper
        .committed(id)
        .ifPresent(
            before ->
                Transactions.afterCommit(
                    session,
                    () ->
                        mapper
                            .changedSince(before, id)
                            .forEach(change -> revokeCommitted(realm, change))));
  }

  /** Without Redis, Keycloak's built-in behaviour remains. */
  private boolean isInactive() {
    return RedisConnection.blacklistOf(session).isEmpty();
  }

  private void revoke(RealmModel realm, List<RevocationEvent> events) {
    if (events.isEmpty()) {
      return;
    }
    Trigger.Scopes effective = triggersOf(realm, serverTriggers);
    for (RevocationEvent event : events) {
      Trigger trigger = event.trigger();
      Optional<RevocationTarget> target = event.target(effective.scopeOf(trigger));
      target.ifPresent(new SessionTerminator(session, realm, trigger.reason())::whenCommitted);
    }
  }

  private void revoke(RealmModel realm, ClientChange change) {
    bulk(realm, change).ifPresent(it -> BulkRevocationJob.begin(session, realm, it));
  }

  private void revokeCommitted(RealmModel realm, ClientChange change) {
    bulk(realm, change).ifPresent(it -> BulkRevocationJob.beginCommitted(session, realm, it));
  }

  private Optional<BulkRevocation> bulk(RealmModel realm, ClientChange change) {
    Optional<Kind> kind =
        switch (scopeOf(change.trigger(), realm)) {
          case CLIENT -> Optional.of(Kind.CLIENT);
          case TOKENS -> Optional.of(Kind.CLIENT_NOT_BEFORE);
          default -> Optional.empty();
        };
    return kind.map(it -> bulk(realm, change.trigger(), it, change.clientId(), change.before()));
  }

  private void revoke(
      RealmModel realm, Trigger trigger, RevocationScope scope, Kind kind, String id, long before) {
    if (scopeOf(trigger, realm) == scope) {
      BulkRevocationJob.begin(session, realm, bulk(realm, trigger, kind, id, before));
    }
  }

  /** Of a time in the future, only the tokens issued up to now are revoked. */
  private static BulkRevocation bulk(
      RealmModel realm, Trigger trigger, Kind kind, String id, long before) {
    return new BulkRevocation(
        realm.getId(), trigger.reason(), kind, id, Math.min(before, Time.currentTime()));
  }

  private RevocationScope scopeOf(Trigger trigger, RealmModel realm) {
    return triggersOf(realm, serverTriggers).scopeOf(trigger);
  }

  /** The triggers of the server, overridden by the attributes of a realm. */
  static Trigger.Scopes triggersOf(RealmModel realm, Trigger.Scopes serverTriggers) {
    return serverTriggers.overriddenBy(
        name -> realm.getAttribute(ATTRIBUTE_PREFIX + name),
        invalid ->
            LOG.error(
                LogText.of(
                    "Attribute %s%s of realm %s is not accepted; the setting of the server applies",
                    ATTRIBUTE_PREFIX, invalid, realm.getName())));
  }

  @Override
  public void close() {
    // Nothing to release.
  }
}
