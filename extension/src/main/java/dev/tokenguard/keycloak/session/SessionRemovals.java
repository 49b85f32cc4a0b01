package dev.tokenguard.keycloak.session;

import dev.tokenguard.keycloak.support.LogText;
import dev.tokenguard.revocation.Reason;
import dev.tokenguard.rotation.Revocation.ClientSession;
import dev.tokenguard.rotation.Revocation.SessionKind;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.List;
import java.util.function.BiFunction;
import org.jboss.logging.Logger;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;
import org.keycloak.models.UserSessionModel;
import org.keycloak.models.session.PersistentUserSessionAdapter;
import org.keycloak.models.session.UserSessionPersisterProvider;

/**
 * Sees each session and client session that Keycloak removes from its database, whoever removes it:
 * session limits, brokers, SAML, an authorization code that is used twice, a login as another user,
 * token exchange, and callers of later versions. Everything is delegated, also the methods that
 * later versions add.
 *
 * <p>Keycloak casts its user session provider to the built-in class, but not the persister, so this
 * is the deepest place that can be replaced. What expires is removed by bulk statements and not
 * seen.
 */
public final class SessionRemovals {

  private static final Logger LOG = Logger.getLogger(SessionRemovals.class);

  private SessionRemovals() {}

  /**
   * @param session of the request
   * @param builtIn to which everything is delegated
   * @param isRevoked whether what was removed in a realm is to be revoked
   */
  public static UserSessionPersisterProvider observed(
      KeycloakSession session,
      UserSessionPersisterProvider builtIn,
      BiFunction<RealmModel, TerminationTarget, Boolean> isRevoked) {
    try {
      // Now: when Keycloak writes the sessions, the transaction is being committed already.
      RequestTerminations.of(session);
    } catch (IllegalStateException committed) {
      return builtIn;
    }
    return (UserSessionPersisterProvider)
        Proxy.newProxyInstance(
            SessionRemovals.class.getClassLoader(),
            new Class<?>[] {UserSessionPersisterProvider.class},
            (self, method, arguments) -> {
              TerminationTarget removed = removedBy(session, builtIn, method, arguments);
              Object result = invoke(builtIn, method, arguments);
              if (removed != null) {
                note(session, removed, isRevoked);
              }
              return result;
            });
  }

  private static Object invoke(Object builtIn, Method method, Object[] arguments) throws Throwable {
    try {
      return method.invoke(builtIn, arguments);
    } catch (InvocationTargetException failed) {
      throw failed.getCause();
    }
  }

  private static void note(
      KeycloakSession session,
      TerminationTarget removed,
      BiFunction<RealmModel, TerminationTarget, Boolean> isRevoked) {
    RealmModel realm = session.getContext().getRealm();
    try {
      if (isRevoked.apply(realm, removed)) {
        Reason reason =
            removed instanceof TerminationTarget.OfSession ? Reason.LOGOUT : Reason.REVOKED;
        new SessionTerminator(session, realm, reason).whenCommittedUnlessCovered(removed);
      }
    } catch (RuntimeException failed) {
      // Keycloak's own transaction does not depend on it.
      LOG.error(
          LogText.of("A removed session of user %s is not revoked", removed.userId()), failed);
    }
  }

  /** Null when nothing is removed. */
  private static TerminationTarget removedBy(
      KeycloakSession session,
      UserSessionPersisterProvider builtIn,
      Method method,
      Object[] arguments) {
    return switch (method.getName()) {
      case "removeUserSession" -> {
        String id = (String) arguments[0];
        boolean isOffline = (boolean) arguments[1];
        String user = userOf(session, builtIn, id, isOffline);
        yield user == null
            ? null
            : new TerminationTarget.OfSession(
                user, id, isOffline ? SessionKind.OFFLINE : SessionKind.ONLINE);
      }
      case "removeClientSession" -> {
        String id = (String) arguments[0];
        String user = userOf(session, builtIn, id, (boolean) arguments[2]);
        yield user == null
            ? null
            : new TerminationTarget.OfClientSessions(
                user, List.of(new ClientSession(id, (String) arguments[1])), List.of());
      }
      default -> null;
    };
  }

  private static String userOf(
      KeycloakSession session,
      UserSessionPersisterProvider builtIn,
      String sessionId,
      boolean isOffline) {
    RealmModel realm = session.getContext().getRealm();
    if (realm == null || RequestTerminations.isIgnored(session)) {
      return null;
    }
    UserSessionModel found = builtIn.loadUserSession(realm, sessionId, isOffline);
    if (found instanceof PersistentUserSessionAdapter persisted) {
      return persisted.getUserId();
    }
    return found == null || found.getUser() == null ? null : found.getUser().getId();
  }
}
