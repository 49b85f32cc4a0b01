package dev.tokenguard.keycloak.session;

import dev.tokenguard.keycloak.revocation.RetentionTime;
import dev.tokenguard.keycloak.session.TerminationTarget.OfClient;
import dev.tokenguard.keycloak.session.TerminationTarget.OfClientSessions;
import dev.tokenguard.keycloak.session.TerminationTarget.OfFamily;
import dev.tokenguard.keycloak.session.TerminationTarget.OfOtherSessions;
import dev.tokenguard.keycloak.session.TerminationTarget.OfSession;
import dev.tokenguard.keycloak.session.TerminationTarget.OfUser;
import dev.tokenguard.rotation.Revocation;
import dev.tokenguard.rotation.Revocation.ClientSession;
import dev.tokenguard.rotation.Revocation.Session;
import dev.tokenguard.rotation.Revocation.SessionKind;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.keycloak.models.AuthenticatedClientSessionModel;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;
import org.keycloak.models.UserModel;
import org.keycloak.models.UserSessionModel;
import org.keycloak.models.light.LightweightUserAdapter;
import org.keycloak.sessions.RootAuthenticationSessionModel;

/**
 * Removes sessions and client sessions of the session's realm in Keycloak, in the transaction of
 * the session. An online and an offline session may have one id.
 */
public final class SessionRemover {

  private static final Consumer<UserSessionModel> NOBODY = ignored -> {};

  private final KeycloakSession session;
  private final RealmModel realm;
  private final int decided;

  /**
   * @param session of a transaction of its own; its realm is set
   * @param decided when the revocation was decided, seconds since the epoch
   */
  public SessionRemover(KeycloakSession session, long decided) {
    this.session = session;
    this.realm = session.getContext().getRealm();
    this.decided = Math.toIntExact(decided);
  }

  public static Stream<UserSessionModel> named(KeycloakSession session, String id) {
    RealmModel realm = session.getContext().getRealm();
    return Stream.of(
            session.sessions().getUserSession(realm, id),
            session.sessions().getOfflineUserSession(realm, id))
        .filter(found -> found != null);
  }

  /**
   * Removes what the target names, as far as it exists.
   *
   * @param removed is given each session before it is removed
   * @return what is to be recorded in Redis
   */
  Revocation terminate(TerminationTarget target, Consumer<UserSessionModel> removed) {
    RetentionTime retention = new RetentionTime(session, decided);
    if (target instanceof OfFamily family) {
      return Revocation.ofFamilies(
          family.userId(), List.of(family.family()), decided, retention.ofFamily());
    }
    long retainUntil = retention.ofSession();
    if (target instanceof OfSession one) {
      Session named = new Session(one.sessionId(), one.kind());
      remove(named, it -> true, removed);
      return Revocation.ofSession(one.userId(), named, decided, retainUntil);
    }
    if (target instanceof OfClientSessions some) {
      some.clientSessions().forEach(it -> detach(it, login -> true));
      return Revocation.ofClientSessions(
          some.userId(), some.clientSessions(), some.families(), decided, retainUntil);
    }
    if (target instanceof OfClient client) {
      return atClient(client, retainUntil);
    }
    if (target instanceof OfOtherSessions others) {
      Set<String> ids = removeAll(others.userId(), others.excluded(), removed);
      return Revocation.ofSessions(others.userId(), both(ids), decided, retainUntil);
    }
    OfUser user = (OfUser) target;
    Set<String> ids = removeAll(user.userId(), user.excluded(), removed);
    ids.addAll(user.known());
    raiseNotBefore(user.userId());
    return Revocation.ofUser(user.userId(), both(ids), decided, retainUntil);
  }

  private Revocation atClient(OfClient client, long retainUntil) {
    List<ClientSession> clientSessions =
        Stream.concat(
                client.known().stream(), sessionsOf(client.userId()).map(UserSessionModel::getId))
            .distinct()
            .map(id -> new ClientSession(id, client.clientId()))
            .toList();
    clientSessions.forEach(it -> detach(it, login -> true));
    return Revocation.ofClient(
        client.userId(), client.clientId(), clientSessions, decided, retainUntil);
  }

  /**
   * Removes what a revocation names and what began in time; for a revocation that is carried out
   * once more, when the same ids may be in use again.
   *
   * @param isFirst whether client sessions of the very second are meant as well
   */
  public void removeAll(Revocation revocation, boolean isFirst) {
    long latest = isFirst ? revocation.before() : revocation.before() - 1;
    revocation
        .sessions()
        .forEach(it -> remove(it, found -> found.getStarted() <= revocation.before(), NOBODY));
    revocation.clientSessions().forEach(it -> detach(it, login -> login.getStarted() <= latest));
  }

  /**
   * The one rule for a user's not-before time: it is raised, never lowered; a user who exists in a
   * session only has none. It is for tokens without a session, and for a session that Keycloak
   * brings back from a cache.
   */
  void raiseNotBefore(String userId) {
    UserModel user = session.users().getUserById(realm, userId);
    if (user != null
        && !LightweightUserAdapter.isLightweightUser(user)
        && session.users().getNotBeforeOfUser(realm, user) < decided) {
      session.users().setNotBeforeForUser(realm, user, decided);
    }
  }

  private Set<String> removeAll(
      String userId, Optional<String> excluded, Consumer<UserSessionModel> removed) {
    Set<String> ids = new LinkedHashSet<>();
    for (UserSessionModel each : sessionsOf(userId).toList()) {
      if (!excluded.equals(Optional.of(each.getId()))) {
        ids.add(each.getId());
        remove(each, removed);
      }
    }
    return ids;
  }

  private Stream<UserSessionModel> sessionsOf(String userId) {
    UserModel user = session.users().getUserById(realm, userId);
    return user == null
        ? Stream.empty()
        : Stream.concat(
            session.sessions().getUserSessionsStream(realm, user),
            session.sessions().getOfflineUserSessionsStream(realm, user));
  }

  private void remove(
      Session named, Predicate<UserSessionModel> isMeant, Consumer<UserSessionModel> removed) {
    named(session, named.id())
        .filter(found -> named.kind().covers(found.isOffline()))
        .filter(isMeant)
        .forEach(found -> remove(found, removed));
  }

  private void remove(UserSessionModel userSession, Consumer<UserSessionModel> removed) {
    removed.accept(userSession);
    if (userSession.isOffline()) {
      session.sessions().removeOfflineUserSession(realm, userSession);
      return;
    }
    // As Keycloak's own back-channel logout: a login page that is open gets another session id.
    RootAuthenticationSessionModel login =
        session.authenticationSessions().getRootAuthenticationSession(realm, userSession.getId());
    if (login != null) {
      session.authenticationSessions().removeRootAuthenticationSession(realm, login);
    }
    session.sessions().removeUserSession(realm, userSession);
  }

  /** Terminates a client's part of a session; a session without any client goes, too. */
  private void detach(ClientSession named, Predicate<AuthenticatedClientSessionModel> isMeant) {
    named(session, named.sessionId())
        .forEach(
            userSession -> {
              AuthenticatedClientSessionModel login =
                  userSession.getAuthenticatedClientSessionByClient(named.clientId());
              if (login != null && isMeant.test(login)) {
                login.detachFromUserSession();
                if (userSession.getAuthenticatedClientSessions().isEmpty()) {
                  remove(userSession, NOBODY);
                }
              }
            });
  }

  static List<Session> both(Iterable<String> ids) {
    List<Session> sessions = new ArrayList<>();
    ids.forEach(id -> sessions.add(new Session(id, SessionKind.BOTH)));
    return sessions;
  }
}
