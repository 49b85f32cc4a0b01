package dev.tokenguard.keycloak.revocation;

import dev.tokenguard.rotation.Revocation;
import java.util.List;
import java.util.stream.Stream;
import org.keycloak.models.AuthenticatedClientSessionModel;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;
import org.keycloak.models.UserSessionModel;

/** Removes sessions of the session's realm; an online and an offline one may stand under one id. */
public final class SessionRemoval {

  private final KeycloakSession session;
  private final RealmModel realm;

  public SessionRemoval(KeycloakSession session) {
    this.session = session;
    this.realm = session.getContext().getRealm();
  }

  public List<UserSessionModel> named(String id) {
    return Stream.of(
            session.sessions().getUserSession(realm, id),
            session.sessions().getOfflineUserSession(realm, id))
        .filter(found -> found != null)
        .toList();
  }

  /** Ends a client's part of a session; a session without any client goes, too. */
  public void detach(String id, String clientId) {
    for (UserSessionModel userSession : named(id)) {
      AuthenticatedClientSessionModel clientSession =
          userSession.getAuthenticatedClientSessionByClient(clientId);
      if (clientSession != null) {
        clientSession.detachFromUserSession();
        if (userSession.getAuthenticatedClientSessions().isEmpty()) {
          remove(userSession);
        }
      }
    }
  }

  /** Removes all that the revocation names, if it is there. */
  void removeAll(Revocation revocation) {
    revocation
        .sessions()
        .forEach(
            it ->
                named(it.id()).stream()
                    .filter(found -> it.kind().covers(found.isOffline()))
                    .forEach(this::remove));
    revocation.clientSessions().forEach(it -> detach(it.sessionId(), it.clientId()));
  }

  private void remove(UserSessionModel userSession) {
    if (userSession.isOffline()) {
      session.sessions().removeOfflineUserSession(realm, userSession);
    } else {
      session.sessions().removeUserSession(realm, userSession);
    }
  }
}
