package dev.tokenguard.keycloak.refresh;

import dev.tokenguard.keycloak.connection.RedisConnection;
import dev.tokenguard.keycloak.tokens.RevokedAccessTokens;
import dev.tokenguard.rotation.Effect;
import dev.tokenguard.rotation.ReuseConsequence;
import dev.tokenguard.rotation.Revocation;
import dev.tokenguard.rotation.Revocation.ClientSession;
import dev.tokenguard.rotation.RotationRequest;
import dev.tokenguard.rotation.StoreUnavailableException;
import java.util.List;
import java.util.stream.Stream;
import org.jboss.logging.Logger;
import org.keycloak.common.util.Time;
import org.keycloak.models.AuthenticatedClientSessionModel;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;
import org.keycloak.models.UserModel;
import org.keycloak.models.UserSessionModel;
import org.keycloak.models.utils.KeycloakModelUtils;
import org.keycloak.protocol.oidc.TokenManager;
import org.keycloak.services.managers.AuthenticationManager;
import org.keycloak.services.managers.UserSessionManager;

/**
 * Ends what a refusal ends, in a transaction of its own: the one of the request is rolled back.
 *
 * <p>The store is told before the sessions go. So a refresh that runs at the same time is refused
 * by the store, whichever sessions it has already read.
 */
final class Consequences {

  private static final Logger LOG = Logger.getLogger(Consequences.class);

  private final KeycloakSession session;
  private final RotationRequest request;

  Consequences(KeycloakSession session, RotationRequest request) {
    this.session = session;
    this.request = request;
  }

  void carryOut(Effect.Refuse refuse) {
    if (refuse.revoke().isEmpty() && refuse.end().isEmpty()) {
      return;
    }
    KeycloakModelUtils.runJobInTransaction(
        session.getKeycloakSessionFactory(),
        session.getContext(),
        own -> {
          refuse.revoke().ifPresent(new RevokedAccessTokens(own)::add);
          refuse.end().ifPresent(what -> end(own, what));
        });
  }

  private void end(KeycloakSession own, ReuseConsequence what) {
    switch (what) {
      case REVOKE_FAMILY -> {
        // Done: the store has marked the family with its decision.
      }
      case REVOKE_CLIENT_SESSION -> endClientSession(own);
      case REVOKE_SESSION -> endSession(own);
      case REVOKE_USER -> endAllSessions(own);
    }
  }

  private void endClientSession(KeycloakSession own) {
    String clientId = request.session().clientId();
    tell(
        Revocation.ofClientSession(
            request.userId(),
            new ClientSession(request.session().id(), clientId),
            List.of(),
            request.child().retainUntil()));
    sessionsNamed(own)
        .forEach(
            userSession -> {
              AuthenticatedClientSessionModel clientSession =
                  userSession.getAuthenticatedClientSessionByClient(clientId);
              if (clientSession == null) {
                return;
              }
              if (userSession.isOffline()) {
                new UserSessionManager(own)
                    .removeClientFromOfflineUserSession(
                        userSession.getRealm(),
                        userSession,
                        clientSession.getClient(),
                        userSession.getUser());
              } else {
                TokenManager.detachClientSession(clientSession);
              }
            });
  }

  private void endSession(KeycloakSession own) {
    tell(
        Revocation.ofSession(
            request.userId(), request.session().id(), request.child().retainUntil()));
    sessionsNamed(own).forEach(userSession -> logOut(own, userSession));
  }

  private void endAllSessions(KeycloakSession own) {
    RealmModel realm = own.getContext().getRealm();
    UserModel user = own.users().getUserById(realm, request.userId());
    List<UserSessionModel> sessions =
        Stream.concat(
                own.sessions().getUserSessionsStream(realm, user),
                own.sessions().getOfflineUserSessionsStream(realm, user))
            .toList();
    tell(
        Revocation.ofUser(
            request.userId(),
            sessions.stream().map(UserSessionModel::getId).distinct().toList(),
            Time.currentTime(),
            request.child().retainUntil()));
    sessions.forEach(userSession -> logOut(own, userSession));
  }

  /** An online and an offline session may stand under one id. */
  private List<UserSessionModel> sessionsNamed(KeycloakSession own) {
    RealmModel realm = own.getContext().getRealm();
    String id = request.session().id();
    return Stream.of(
            own.sessions().getUserSession(realm, id),
            own.sessions().getOfflineUserSession(realm, id))
        .filter(userSession -> userSession != null)
        .toList();
  }

  /** As an administrator's logout does: clients with a back-channel are told. */
  private void logOut(KeycloakSession own, UserSessionModel userSession) {
    AuthenticationManager.backchannelLogout(
        own,
        userSession.getRealm(),
        userSession,
        session.getContext().getUri(),
        session.getContext().getConnection(),
        session.getContext().getRequestHeaders(),
        true);
  }

  private void tell(Revocation revocation) {
    try {
      RedisConnection.familiesOf(session).orElseThrow().revoke(revocation);
    } catch (StoreUnavailableException unavailable) {
      LOG.warnf(
          "Redis was not told that the sessions of user %s end; Keycloak ends them all the same",
          request.userId());
    }
  }
}
