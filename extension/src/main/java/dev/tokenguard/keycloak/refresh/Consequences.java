package dev.tokenguard.keycloak.refresh;

import dev.tokenguard.keycloak.revocation.CommittedRevocation;
import dev.tokenguard.keycloak.revocation.RevokedAccessTokens;
import dev.tokenguard.keycloak.revocation.SessionRemoval;
import dev.tokenguard.rotation.Effect;
import dev.tokenguard.rotation.ReuseConsequence;
import dev.tokenguard.rotation.Revocation;
import dev.tokenguard.rotation.Revocation.ClientSession;
import dev.tokenguard.rotation.RotationRequest;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jboss.logging.Logger;
import org.keycloak.common.util.Time;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;
import org.keycloak.models.UserModel;
import org.keycloak.models.UserSessionModel;
import org.keycloak.models.utils.KeycloakModelUtils;
import org.keycloak.services.managers.AuthenticationManager;

/**
 * Ends what a refusal ends, in a transaction of its own: the one of the request is rolled back. The
 * family itself was marked by the store with its decision.
 */
final class Consequences {

  private static final Logger LOG = Logger.getLogger(Consequences.class);

  private final KeycloakSession session;
  private final RotationRequest request;

  Consequences(KeycloakSession session, RotationRequest request) {
    this.session = session;
    this.request = request;
  }

  /** Whatever goes wrong here, the refresh is refused and the event of it is written. */
  void carryOut(Effect.Refuse refuse) {
    if (refuse.revoke().isEmpty() && refuse.end().isEmpty()) {
      return;
    }
    try {
      endAndDeliver(refuse);
    } catch (RuntimeException failed) {
      LOG.errorf(
          failed,
          "The family %s of user %s is dead, but not all that should have ended with it: session %s",
          request.presented().family(),
          request.userId(),
          request.session().id());
    }
  }

  private void endAndDeliver(Effect.Refuse refuse) {
    Optional<Revocation> ended =
        KeycloakModelUtils.runJobInTransactionWithResult(
            session.getKeycloakSessionFactory(),
            session.getContext(),
            own -> {
              refuse.revoke().ifPresent(new RevokedAccessTokens(own)::add);
              return refuse.end().flatMap(what -> end(own, what));
            },
            "end what a reused refresh token ends");
    ended
        .map(it -> new CommittedRevocation(session.getContext().getRealm(), it))
        .ifPresent(it -> it.deliver(session.getKeycloakSessionFactory()));
  }

  private Optional<Revocation> end(KeycloakSession own, ReuseConsequence what) {
    return switch (what) {
      case REVOKE_FAMILY -> Optional.empty();
      case REVOKE_CLIENT_SESSION -> Optional.of(endClientSession(own));
      case REVOKE_SESSION -> Optional.of(endSession(own));
      case REVOKE_USER -> Optional.of(endAllSessions(own));
    };
  }

  private Revocation endClientSession(KeycloakSession own) {
    RotationRequest.Session presented = request.session();
    new SessionRemoval(own).detach(presented.id(), presented.clientId());
    return Revocation.ofClientSession(
        request.userId(),
        new ClientSession(presented.id(), presented.clientId()),
        List.of(),
        request.child().retainUntil());
  }

  private Revocation endSession(KeycloakSession own) {
    new SessionRemoval(own)
        .named(request.session().id())
        .forEach(userSession -> logOut(own, userSession));
    return Revocation.ofSession(
        request.userId(), request.session().id(), request.child().retainUntil());
  }

  private Revocation endAllSessions(KeycloakSession own) {
    RealmModel realm = own.getContext().getRealm();
    UserModel user = own.users().getUserById(realm, request.userId());
    List<UserSessionModel> sessions =
        Stream.concat(
                own.sessions().getUserSessionsStream(realm, user),
                own.sessions().getOfflineUserSessionsStream(realm, user))
            .toList();
    List<String> ids = sessions.stream().map(UserSessionModel::getId).distinct().toList();
    sessions.forEach(userSession -> logOut(own, userSession));
    return Revocation.ofUser(
        request.userId(), ids, Time.currentTime(), request.child().retainUntil());
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
}
