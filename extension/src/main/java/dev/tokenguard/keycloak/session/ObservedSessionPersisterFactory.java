package dev.tokenguard.keycloak.session;

import dev.tokenguard.keycloak.connection.RedisConnection;
import dev.tokenguard.keycloak.events.RevocationListenerFactory;
import dev.tokenguard.keycloak.support.LogText;
import dev.tokenguard.revocation.RevocationTarget;
import dev.tokenguard.revocation.RevocationTarget.ClientSession;
import dev.tokenguard.revocation.RevocationTarget.ClientSessions;
import dev.tokenguard.revocation.RevocationTarget.SessionKind;
import dev.tokenguard.revocation.RevocationTarget.Sessions;
import dev.tokenguard.revocation.Trigger;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiPredicate;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;
import org.keycloak.Config;
import org.keycloak.events.EventListenerProvider;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.KeycloakSessionFactory;
import org.keycloak.models.RealmModel;
import org.keycloak.models.UserModel;
import org.keycloak.models.UserSessionModel;
import org.keycloak.models.session.PersistentUserSessionAdapter;
import org.keycloak.models.session.UserSessionPersisterProvider;
import org.keycloak.models.session.UserSessionPersisterProviderFactory;
import org.keycloak.provider.Provider;
import org.keycloak.provider.ProviderFactory;

/**
 * Replaces Keycloak's persister of sessions by one that delegates to it and observes each session
 * and client session that Keycloak removes from its database, for any reason: session limits,
 * identity brokering, SAML, an authorization code that is used twice, a login as another user,
 * token exchange, and callers of later versions. A dynamic proxy also delegates the methods that
 * later versions add.
 *
 * <p>Keycloak casts its user session provider to the built-in class, but not the persister, so the
 * persister is the deepest provider that can be replaced. Expired sessions are removed by bulk
 * statements, which are not observed. Without Redis the built-in persister is provided.
 */
public final class ObservedSessionPersisterFactory implements UserSessionPersisterProviderFactory {

  private static final Logger LOG = Logger.getLogger(ObservedSessionPersisterFactory.class);

  private static final String ID = "token-guard";

  /** The order of the built-in persister is 100. */
  private static final int ABOVE_BUILT_IN = 1000;

  private volatile @Nullable String builtIn;

  @Override
  public String getId() {
    return ID;
  }

  @Override
  public int order() {
    return ABOVE_BUILT_IN;
  }

  @Override
  public Set<Class<? extends Provider>> dependsOn() {
    return Set.of(RedisConnection.class);
  }

  @Override
  public void init(Config.Scope config) {
    // There are no settings.
  }

  @Override
  public void postInit(KeycloakSessionFactory factory) {
    // The built-in factory is found on first use, which can be before this call.
  }

  @Override
  public UserSessionPersisterProvider create(KeycloakSession session) {
    KeycloakSessionFactory factory = session.getKeycloakSessionFactory();
    UserSessionPersisterProvider delegate =
        session.getProvider(UserSessionPersisterProvider.class, builtIn(factory));
    if (RedisConnection.blacklistOf(session).isEmpty()) {
      return delegate;
    }
    RevocationListenerFactory listener =
        (RevocationListenerFactory)
            factory.getProviderFactory(EventListenerProvider.class, RevocationListenerFactory.ID);
    return listener == null
        ? delegate
        : observed(session, delegate, (realm, removed) -> listener.isOn(realm, removed.trigger()));
  }

  private String builtIn(KeycloakSessionFactory factory) {
    String known = builtIn;
    if (known == null) {
      known =
          factory
              .getProviderFactoriesStream(UserSessionPersisterProvider.class)
              .filter(other -> !other.getId().equals(ID))
              .max(Comparator.comparingInt(ProviderFactory::order))
              .orElseThrow(() -> new IllegalStateException("Keycloak has no persister of sessions"))
              .getId();
      builtIn = known;
    }
    return known;
  }

  @Override
  public void close() {
    // Nothing to release.
  }

  /**
   * An observed persister.
   *
   * @param session the session of the request
   * @param builtIn the persister to delegate to
   * @param isRevoked whether the trigger of a removal is not {@code off} in the realm
   */
  static UserSessionPersisterProvider observed(
      KeycloakSession session,
      UserSessionPersisterProvider builtIn,
      BiPredicate<RealmModel, Removed> isRevoked) {
    // Enlisted now, because Keycloak writes the sessions when the commit has begun.
    if (!SessionTerminator.enlist(session)) {
      return builtIn;
    }
    return (UserSessionPersisterProvider)
        Proxy.newProxyInstance(
            ObservedSessionPersisterFactory.class.getClassLoader(),
            new Class<?>[] {UserSessionPersisterProvider.class},
            (self, method, arguments) -> {
              Optional<Removed> removed = removedBy(session, builtIn, method, arguments);
              Object result = invoke(builtIn, method, arguments);
              removed.ifPresent(it -> revoke(session, it, isRevoked));
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

  /** A session or client session that Keycloak has removed. */
  record Removed(Trigger trigger, RevocationTarget target) {}

  private static void revoke(
      KeycloakSession session, Removed removed, BiPredicate<RealmModel, Removed> isRevoked) {
    RealmModel realm = session.getContext().getRealm();
    try {
      if (isRevoked.test(realm, removed)) {
        new SessionTerminator(session, realm, removed.trigger().reason())
            .whenCommittedUnlessCovered(removed.target());
      }
    } catch (RuntimeException failed) {
      // The transaction of Keycloak does not depend on it.
      LOG.error(
          LogText.of("A removed session of user %s is not revoked", removed.target().userId()),
          failed);
    }
  }

  /** The removal of a call; empty if the method removes nothing. */
  private static Optional<Removed> removedBy(
      KeycloakSession session,
      UserSessionPersisterProvider builtIn,
      Method method,
      Object[] arguments) {
    return switch (method.getName()) {
      case "removeUserSession" -> {
        String id = (String) arguments[0];
        boolean isOffline = (boolean) arguments[1];
        SessionKind kind = isOffline ? SessionKind.OFFLINE : SessionKind.ONLINE;
        yield userOf(session, builtIn, id, isOffline)
            .map(user -> new Removed(Trigger.LOGOUT, Sessions.of(user, id, kind)));
      }
      case "removeClientSession" -> {
        String id = (String) arguments[0];
        ClientSession removed = new ClientSession(id, (String) arguments[1]);
        yield userOf(session, builtIn, id, (boolean) arguments[2])
            .map(user -> new ClientSessions(user, List.of(removed), List.of()))
            .map(target -> new Removed(Trigger.TOKEN_REVOCATION, target));
      }
      default -> Optional.empty();
    };
  }

  private static Optional<String> userOf(
      KeycloakSession session,
      UserSessionPersisterProvider builtIn,
      String sessionId,
      boolean isOffline) {
    RealmModel realm = session.getContext().getRealm();
    if (realm == null || SessionRemover.isRemoverIn(session)) {
      return Optional.empty();
    }
    UserSessionModel found = builtIn.loadUserSession(realm, sessionId, isOffline);
    if (found instanceof PersistentUserSessionAdapter persisted) {
      return Optional.ofNullable(persisted.getUserId());
    }
    return Optional.ofNullable(found).map(UserSessionModel::getUser).map(UserModel::getId);
  }
}
