package dev.tokenguard.keycloak.session;

import dev.tokenguard.keycloak.revocation.MaxAccessTokenLifespan;
import dev.tokenguard.revocation.Revocation;
import dev.tokenguard.revocation.RevocationTarget;
import dev.tokenguard.revocation.RevocationTarget.Client;
import dev.tokenguard.revocation.RevocationTarget.ClientSession;
import dev.tokenguard.revocation.RevocationTarget.ClientSessions;
import dev.tokenguard.revocation.RevocationTarget.Families;
import dev.tokenguard.revocation.RevocationTarget.OtherSessions;
import dev.tokenguard.revocation.RevocationTarget.Session;
import dev.tokenguard.revocation.RevocationTarget.Sessions;
import dev.tokenguard.revocation.RevocationTarget.User;
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
 * Removes user sessions and client sessions in Keycloak, in the transaction of a Keycloak session.
 * These removals are not observed, because the caller revokes what it removes. An online and an
 * offline session may have the same id.
 */
public final class SessionRemover {

  private static final Consumer<UserSessionModel> IGNORED = removed -> {};
  private static final String ATTRIBUTE = SessionRemover.class.getName();

  private final KeycloakSession session;
  private final RealmModel realm;
  private final int decided;

  /**
   * @param session a session of its own, with the realm set
   * @param decided the time of the decision, seconds since the epoch
   */
  public SessionRemover(KeycloakSession session, long decided) {
    this.session = session;
    this.realm = session.getContext().getRealm();
    this.decided = Math.toIntExact(decided);
    session.setAttribute(ATTRIBUTE, true);
  }

  /** Whether the removals in a Keycloak session are those of this class. */
  static boolean isRemoverIn(KeycloakSession session) {
    return session.getAttribute(ATTRIBUTE) != null;
  }

  public static Stream<UserSessionModel> withId(KeycloakSession session, String id) {
    RealmModel realm = session.getContext().getRealm();
    return Stream.of(
            session.sessions().getUserSession(realm, id),
            session.sessions().getOfflineUserSession(realm, id))
        .filter(found -> found != null);
  }

  /**
   * Removes the sessions of a target.
   *
   * @param removed receives each session before its removal
   * @return the revocation for Redis, with the sessions that were found
   */
  Revocation terminate(RevocationTarget target, Consumer<UserSessionModel> removed) {
    return target.accept(new Termination(removed));
  }

  private final class Termination implements RevocationTarget.Visitor<Revocation> {
    private final MaxAccessTokenLifespan lifespans = MaxAccessTokenLifespan.of(session);
    private final Consumer<UserSessionModel> removed;

    private Termination(Consumer<UserSessionModel> removed) {
      this.removed = removed;
    }

    @Override
    public Revocation families(Families target) {
      return new Revocation(target, decided, lifespans.retainFamily(session, realm, decided));
    }

    @Override
    public Revocation clientSessions(ClientSessions target) {
      target.clientSessions().forEach(it -> detach(it, clientSession -> true));
      return of(target);
    }

    @Override
    public Revocation client(Client target) {
      List<String> ids =
          Stream.concat(
                  target.sessions().stream(),
                  sessionsOf(target.userId()).map(UserSessionModel::getId))
              .distinct()
              .toList();
      ids.forEach(id -> detach(new ClientSession(id, target.clientId()), clientSession -> true));
      return of(new Client(target.userId(), target.clientId(), ids));
    }

    @Override
    public Revocation sessions(Sessions target) {
      target.sessions().forEach(it -> remove(it, found -> true, removed));
      return of(target);
    }

    @Override
    public Revocation otherSessions(OtherSessions target) {
      Set<String> ids = removeAll(target.userId(), target.excluded());
      return of(new OtherSessions(target.userId(), target.excluded(), List.copyOf(ids)));
    }

    @Override
    public Revocation user(User target) {
      Set<String> ids = removeAll(target.userId(), target.excluded());
      ids.addAll(target.sessions());
      raiseNotBefore(target.userId());
      return of(new User(target.userId(), target.excluded(), List.copyOf(ids)));
    }

    private Revocation of(RevocationTarget found) {
      return new Revocation(found, decided, lifespans.retainSession(session, realm, decided));
    }

    private Set<String> removeAll(String userId, Optional<String> excluded) {
      Set<String> ids = new LinkedHashSet<>();
      for (UserSessionModel each : sessionsOf(userId).toList()) {
        if (!excluded.equals(Optional.of(each.getId()))) {
          ids.add(each.getId());
          remove(each, removed);
        }
      }
      return ids;
    }
  }

  /**
   * Removes the sessions of a revocation that began before it. A repeated revocation finds later
   * sessions under the same ids.
   *
   * @param isFirst whether client sessions of the same second are removed as well
   */
  public void removeAll(Revocation revocation, boolean isFirst) {
    long latest = isFirst ? revocation.before() : revocation.before() - 1;
    RevocationTarget.Marks marks = revocation.marks();
    marks
        .sessions()
        .forEach(it -> remove(it, found -> found.getStarted() <= revocation.before(), IGNORED));
    marks
        .clientSessions()
        .forEach(it -> detach(it, clientSession -> clientSession.getStarted() <= latest));
  }

  /**
   * Raises the not-before time of a user, and never lowers it. A transient user has none. It
   * refuses tokens without a session, and sessions that Keycloak restores from a cache.
   */
  void raiseNotBefore(String userId) {
    UserModel user = session.users().getUserById(realm, userId);
    if (user != null
        && !LightweightUserAdapter.isLightweightUser(user)
        && session.users().getNotBeforeOfUser(realm, user) < decided) {
      session.users().setNotBeforeForUser(realm, user, decided);
    }
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
      Session named, Predicate<UserSessionModel> matches, Consumer<UserSessionModel> removed) {
    withId(session, named.id())
        .filter(found -> named.kind().covers(found.isOffline()))
        .filter(matches)
        .forEach(found -> remove(found, removed));
  }

  private void remove(UserSessionModel userSession, Consumer<UserSessionModel> removed) {
    removed.accept(userSession);
    if (userSession.isOffline()) {
      session.sessions().removeOfflineUserSession(realm, userSession);
      return;
    }
    // As in Keycloak's back-channel logout: an open login page then gets another session id.
    RootAuthenticationSessionModel authentication =
        session.authenticationSessions().getRootAuthenticationSession(realm, userSession.getId());
    if (authentication != null) {
      session.authenticationSessions().removeRootAuthenticationSession(realm, authentication);
    }
    session.sessions().removeUserSession(realm, userSession);
  }

  /** Removes a client session, and its session if that has no other client. */
  private void detach(ClientSession named, Predicate<AuthenticatedClientSessionModel> matches) {
    withId(session, named.sessionId())
        .forEach(
            userSession -> {
              AuthenticatedClientSessionModel clientSession =
                  userSession.getAuthenticatedClientSessionByClient(named.clientId());
              if (clientSession != null && matches.test(clientSession)) {
                clientSession.detachFromUserSession();
                if (userSession.getAuthenticatedClientSessions().isEmpty()) {
                  remove(userSession, IGNORED);
                }
              }
            });
  }
}
