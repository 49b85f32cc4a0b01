package dev.tokenguard.keycloak.revocation;

import dev.tokenguard.keycloak.revocation.Ending.OfClient;
import dev.tokenguard.keycloak.revocation.Ending.OfClientSessions;
import dev.tokenguard.keycloak.revocation.Ending.OfFamily;
import dev.tokenguard.keycloak.revocation.Ending.OfOtherSessions;
import dev.tokenguard.keycloak.revocation.Ending.OfSession;
import dev.tokenguard.keycloak.revocation.Ending.OfUser;
import dev.tokenguard.rotation.Revocation;
import dev.tokenguard.rotation.Revocation.ClientSession;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.keycloak.models.KeycloakContext;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;
import org.keycloak.models.UserModel;
import org.keycloak.models.UserSessionModel;
import org.keycloak.models.light.LightweightUserAdapter;
import org.keycloak.services.managers.AuthenticationManager;

/**
 * Ends in Keycloak what an ending names, as far as it is still there, and tells what Redis is to be
 * told. Runs in a transaction of its own.
 */
final class SessionEnd {

  /**
   * Keycloak has removed the sessions for good; the marks are for refreshes that had read them
   * before. They are over in seconds.
   */
  private static final int REMEMBER_SECONDS = 3600;

  private final KeycloakSession session;
  private final KeycloakContext request;
  private final RealmModel realm;
  private final SessionRemoval removal;
  private final int decided;

  /**
   * @param session of the transaction; its realm is set
   * @param request whose addresses clients are told when they are told of a logout
   * @param decided when it was decided, seconds since the epoch
   */
  SessionEnd(KeycloakSession session, KeycloakContext request, int decided) {
    this.session = session;
    this.request = request;
    this.realm = session.getContext().getRealm();
    this.removal = new SessionRemoval(session);
    this.decided = decided;
  }

  Revocation of(Ending ending) {
    if (ending instanceof OfFamily family) {
      return Revocation.ofFamily(family.userId(), family.family(), untilNoTokenIsAlive());
    }
    if (ending instanceof OfSession one) {
      removal.named(one.sessionId()).forEach(this::logOut);
      return Revocation.ofSession(
          one.userId(), Revocation.Session.both(one.sessionId()), decided, retainUntil());
    }
    if (ending instanceof OfClientSessions some) {
      some.clientSessions().forEach(it -> removal.detach(it.sessionId(), it.clientId()));
      return Revocation.ofClientSessions(
          some.userId(), some.clientSessions(), some.families(), decided, retainUntil());
    }
    if (ending instanceof OfClient client) {
      return atClient(client);
    }
    if (ending instanceof OfOtherSessions others) {
      return Revocation.ofSessions(
          others.userId(),
          sessions(logOutAll(others.userId(), others.spared())),
          decided,
          retainUntil());
    }
    return ofUser((OfUser) ending);
  }

  private Revocation atClient(OfClient client) {
    List<ClientSession> clientSessions =
        Stream.concat(
                client.known().stream(), sessionsOf(client.userId()).map(UserSessionModel::getId))
            .distinct()
            .map(id -> new ClientSession(id, client.clientId()))
            .toList();
    clientSessions.forEach(it -> removal.detach(it.sessionId(), it.clientId()));
    return Revocation.ofClient(
        client.userId(), client.clientId(), clientSessions, decided, retainUntil());
  }

  private Revocation ofUser(OfUser user) {
    Set<String> ended = logOutAll(user.userId(), user.spared());
    ended.addAll(user.known());
    UserModel known = session.users().getUserById(realm, user.userId());
    if (known != null && !LightweightUserAdapter.isLightweightUser(known)) {
      // For what has no session, and for what Keycloak would bring back from a cache.
      session.users().setNotBeforeForUser(realm, known, decided);
    }
    return Revocation.ofUser(user.userId(), sessions(ended), decided, retainUntil());
  }

  private static List<Revocation.Session> sessions(Set<String> ids) {
    return ids.stream().map(Revocation.Session::both).toList();
  }

  private Set<String> logOutAll(String userId, Optional<String> spared) {
    Set<String> ended = new LinkedHashSet<>();
    for (UserSessionModel each : sessionsOf(userId).toList()) {
      if (!spared.equals(Optional.of(each.getId()))) {
        ended.add(each.getId());
        logOut(each);
      }
    }
    return ended;
  }

  private Stream<UserSessionModel> sessionsOf(String userId) {
    UserModel user = session.users().getUserById(realm, userId);
    return user == null
        ? Stream.empty()
        : Stream.concat(
            session.sessions().getUserSessionsStream(realm, user),
            session.sessions().getOfflineUserSessionsStream(realm, user));
  }

  /** As an administrator's logout does: clients with a back-channel are told. */
  private void logOut(UserSessionModel userSession) {
    AuthenticationManager.backchannelLogout(
        session,
        realm,
        userSession,
        request.getUri(),
        request.getConnection(),
        request.getRequestHeaders(),
        true);
  }

  /** Keycloak goes on knowing the session, so only the mark keeps the family's tokens out. */
  private long untilNoTokenIsAlive() {
    return (long) decided
        + IntStream.of(
                REMEMBER_SECONDS,
                realm.getSsoSessionMaxLifespan(),
                realm.getSsoSessionMaxLifespanRememberMe(),
                realm.getOfflineSessionIdleTimeout())
            .max()
            .orElseThrow();
  }

  private long retainUntil() {
    return remember(decided);
  }

  /** Until when what was decided then is to be remembered, seconds since the epoch. */
  static long remember(int decided) {
    return (long) decided + REMEMBER_SECONDS;
  }
}
