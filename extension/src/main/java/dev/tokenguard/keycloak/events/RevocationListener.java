package dev.tokenguard.keycloak.events;

import dev.tokenguard.blacklist.Scope;
import dev.tokenguard.blacklist.Trigger;
import dev.tokenguard.blacklist.Triggers;
import dev.tokenguard.keycloak.connection.RedisConnection;
import dev.tokenguard.keycloak.revocation.BlacklistedActivity;
import dev.tokenguard.keycloak.revocation.Ending;
import dev.tokenguard.keycloak.revocation.Endings;
import dev.tokenguard.keycloak.revocation.WideEnding;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.keycloak.events.Event;
import org.keycloak.events.EventListenerProvider;
import org.keycloak.events.admin.AdminEvent;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;
import org.keycloak.models.UserModel;
import org.keycloak.models.UserSessionModel;

/** Reads from events what happened, and ends what the realm's triggers say once it is committed. */
final class RevocationListener implements EventListenerProvider {

  private final KeycloakSession session;
  private final RealmTriggers triggers;
  private final boolean checksActivity;

  RevocationListener(KeycloakSession session, RealmTriggers triggers, boolean checksActivity) {
    this.session = session;
    this.triggers = triggers;
    this.checksActivity = checksActivity;
  }

  @Override
  public void onEvent(Event event) {
    RealmModel realm = session.realms().getRealm(event.getRealmId());
    if (realm == null || isIdle()) {
      return;
    }
    end(realm, new UserHappenings(session, realm).in(event));
    if (checksActivity) {
      new BlacklistedActivity(session, realm).check(event);
    }
  }

  @Override
  public void onEvent(AdminEvent event, boolean includeRepresentation) {
    RealmModel realm = session.realms().getRealm(event.getRealmId());
    if (realm == null || isIdle()) {
      return;
    }
    end(realm, new AdminHappenings(session, realm).in(event));
    new ClientHappenings(session, realm)
        .in(event)
        .forEach(it -> endForMany(realm, it.trigger(), it.clientId()));
    if (isRealmLogout(event)) {
      endForMany(realm, Trigger.REALM_LOGOUT, "");
    }
  }

  /** The user is about to be deleted; the sessions are still there, and soon nobody knows them. */
  void onRemoval(RealmModel realm, UserModel user) {
    if (isIdle() || triggers.of(realm).scopeOf(Trigger.USER_DELETED) == Scope.OFF) {
      return;
    }
    List<String> sessions =
        Stream.concat(
                session.sessions().getUserSessionsStream(realm, user),
                session.sessions().getOfflineUserSessionsStream(realm, user))
            .map(UserSessionModel::getId)
            .distinct()
            .toList();
    new Endings(session, realm, Trigger.USER_DELETED.reason())
        .whenCommitted(new Ending.OfUser(user.getId(), sessions, Optional.empty()));
  }

  /** Without Redis Keycloak is stock. */
  private boolean isIdle() {
    return RedisConnection.blacklistOf(session).isEmpty();
  }

  private void end(RealmModel realm, List<Happening> happenings) {
    if (happenings.isEmpty()) {
      return;
    }
    Triggers inForce = triggers.of(realm);
    for (Happening happening : happenings) {
      Trigger trigger = happening.trigger();
      happening
          .ending(inForce.scopeOf(trigger))
          .ifPresent(ending -> new Endings(session, realm, trigger.reason()).whenCommitted(ending));
    }
  }

  private void endForMany(RealmModel realm, Trigger trigger, String clientId) {
    Scope scope = triggers.of(realm).scopeOf(trigger);
    if (scope == Scope.CLIENT) {
      WideEnding.ofClient(session, realm, trigger.reason(), clientId);
    } else if (scope == Scope.REALM) {
      WideEnding.ofRealm(session, realm, trigger.reason());
    }
  }

  private static boolean isRealmLogout(AdminEvent event) {
    return "logout-all".equals(event.getResourcePath());
  }

  @Override
  public void close() {
    // Nothing to release.
  }
}
