package dev.tokenguard.keycloak.session;

import dev.tokenguard.keycloak.support.LogText;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.net.URI;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jboss.logging.Logger;
import org.keycloak.events.Details;
import org.keycloak.http.HttpRequest;
import org.keycloak.models.AuthenticatedClientSessionModel;
import org.keycloak.models.ClientModel;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.KeycloakSessionFactory;
import org.keycloak.models.RealmModel;
import org.keycloak.models.UserModel;
import org.keycloak.models.UserSessionModel;
import org.keycloak.models.light.LightweightUserAdapter;
import org.keycloak.models.utils.KeycloakModelUtils;
import org.keycloak.protocol.LoginProtocol;
import org.keycloak.services.managers.AuthenticationManager;
import org.keycloak.sessions.CommonClientSessionModel.Action;

/**
 * Notifies clients and identity providers of a logout, by Keycloak's own protocols (OpenID Connect
 * Back-Channel Logout 1.0, SAML, admin URL). Keycloak waits up to five seconds for each that hangs,
 * one after the other; here it is done after the revocation, in the background, in parallel, by a
 * bounded number of threads. The sessions are gone by then, so what is needed of them is copied
 * before.
 */
final class BackchannelNotifier {

  private static final Logger LOG = Logger.getLogger(BackchannelNotifier.class);

  private static final int THREADS = 16;
  private static final int WAITING = 100_000;
  private static final int IDLE_SECONDS = 30;

  private static final String NOTIFIES = "token-guard.notifies";
  private static final String OPENID_CONNECT = "openid-connect";
  private static final String LOGOUT_URL = "backchannel.logout.url";

  private static final ThreadPoolExecutor EXECUTOR = executor();

  private final KeycloakSession request;
  private final String realmId;

  /**
   * @param request in whose name the logout is made
   */
  BackchannelNotifier(KeycloakSession request, RealmModel realm) {
    this.request = request;
    this.realmId = realm.getId();
  }

  /** A logout, with what has to be known to notify of it. */
  record Logout(Map<String, Object> session, List<Map<String, Object>> clients, String broker) {}

  /** Copies a session that is about to be removed. */
  Logout logoutOf(UserSessionModel userSession) {
    List<Map<String, Object>> clients = new ArrayList<>();
    userSession
        .getAuthenticatedClientSessions()
        .values()
        .forEach(
            it -> {
              if (isToBeNotified(it)) {
                clients.add(copyOf(it));
              }
            });
    String broker = userSession.getNote(Details.IDENTITY_PROVIDER);
    return new Logout(copyOf(userSession), clients, Objects.toString(broker, ""));
  }

  /** Whether a session is one in which clients are notified, so nothing is put off. */
  static boolean isNotifying(KeycloakSession session) {
    return session.getAttribute(NOTIFIES) != null;
  }

  /**
   * Notifies one client once its request is committed and has revoked what it terminates.
   *
   * @return false when that is not possible, and it is to be notified at once
   */
  static boolean notifyAfterwards(
      KeycloakSession request,
      UserSessionModel userSession,
      AuthenticatedClientSessionModel login) {
    if (!isToBeNotified(login)
        || LightweightUserAdapter.isLightweightUser(userSession.getUser().getId())) {
      return false;
    }
    BackchannelNotifier notifier =
        new BackchannelNotifier(request, request.getContext().getRealm());
    Logout logout = new Logout(copyOf(userSession), List.of(copyOf(login)), "");
    RequestTerminations.of(request).notifyAfterwards(() -> notifier.send(List.of(logout)));
    return true;
  }

  private static boolean isToBeNotified(AuthenticatedClientSessionModel login) {
    ClientModel client = login.getClient();
    return client != null
        && client.isEnabled()
        && !client.isFrontchannelLogout()
        && login.getProtocol() != null
        && !Action.LOGGED_OUT.name().equals(login.getAction())
        && (!login.getProtocol().equals(OPENID_CONNECT)
            || isSet(client.getAttribute(LOGOUT_URL))
            || isSet(client.getManagementUrl()));
  }

  private static boolean isSet(String url) {
    return url != null && !url.isEmpty();
  }

  /** Returns at once. */
  void send(List<Logout> logouts) {
    if (logouts.stream().allMatch(it -> it.clients().isEmpty() && it.broker().isEmpty())) {
      return;
    }
    KeycloakSessionFactory factory = request.getKeycloakSessionFactory();
    Optional<HttpRequest> inTheNameOf = copyOfRequest();
    for (Logout logout : logouts) {
      for (Map<String, Object> client : logout.clients()) {
        submit(factory, inTheNameOf, own -> notifyClient(own, logout, client));
      }
      if (!logout.broker().isEmpty()) {
        submit(factory, inTheNameOf, own -> notifyBroker(own, logout));
      }
    }
  }

  private interface Notification {
    void send(KeycloakSession own);
  }

  private void submit(
      KeycloakSessionFactory factory,
      Optional<HttpRequest> inTheNameOf,
      Notification notification) {
    try {
      EXECUTOR.execute(
          () -> {
            try {
              KeycloakModelUtils.runJobInTransaction(
                  factory,
                  own -> {
                    RealmModel realm = own.realms().getRealm(realmId);
                    if (realm != null) {
                      own.setAttribute(NOTIFIES, true);
                      own.getContext().setRealm(realm);
                      inTheNameOf.ifPresent(own.getContext()::setHttpRequest);
                      notification.send(own);
                    }
                  });
            } catch (RuntimeException failed) {
              LOG.warn("A client or an identity provider was not notified of a logout", failed);
            }
          });
    } catch (RejectedExecutionException full) {
      LOG.warn(
          LogText.of(
              "A client was not notified of a logout: more than %d notifications wait", WAITING));
    }
  }

  private static void notifyClient(
      KeycloakSession own, Logout logout, Map<String, Object> copiedClient) {
    RealmModel realm = own.getContext().getRealm();
    ClientModel client = own.clients().getClientById(realm, (String) copiedClient.get("client"));
    UserModel user = userOf(own, logout);
    if (client == null || user == null) {
      return;
    }
    LoginProtocol protocol =
        own.getProvider(LoginProtocol.class, (String) copiedClient.get("getProtocol"));
    if (protocol == null) {
      return;
    }
    UserSessionModel userSession = sessionOf(own, logout, user, logout.session());
    AuthenticatedClientSessionModel login =
        model(
            AuthenticatedClientSessionModel.class,
            copiedClient,
            Map.of(
                "getClient", client,
                "getRealm", realm,
                "getUserSession", userSession,
                "getAction", Action.LOGGING_OUT.name()));
    protocol.setRealm(realm);
    protocol.setHttpHeaders(own.getContext().getRequestHeaders());
    protocol.setUriInfo(own.getContext().getUri());
    protocol.backchannelLogout(userSession, login);
  }

  /**
   * By Keycloak's own logout of a session without clients. Its id is a new one, so nothing that
   * uses the former id by now is touched.
   */
  private static void notifyBroker(KeycloakSession own, Logout logout) {
    UserModel user = userOf(own, logout);
    if (user == null) {
      return;
    }
    Map<String, Object> copy = new HashMap<>(logout.session());
    copy.put("getId", UUID.randomUUID().toString());
    copy.put("isOffline", false);
    AuthenticationManager.backchannelLogout(
        own,
        own.getContext().getRealm(),
        sessionOf(own, logout, user, copy),
        own.getContext().getUri(),
        own.getContext().getConnection(),
        own.getContext().getRequestHeaders(),
        true);
  }

  private static UserModel userOf(KeycloakSession own, Logout logout) {
    String id = (String) logout.session().get("user");
    return LightweightUserAdapter.isLightweightUser(id)
        ? null
        : own.users().getUserById(own.getContext().getRealm(), id);
  }

  private static UserSessionModel sessionOf(
      KeycloakSession own, Logout logout, UserModel user, Map<String, Object> copy) {
    return model(
        UserSessionModel.class,
        copy,
        Map.of(
            "getRealm",
            own.getContext().getRealm(),
            "getUser",
            user,
            "getState",
            UserSessionModel.State.LOGGING_OUT,
            "getAuthenticatedClientSessions",
            new HashMap<>()));
  }

  private static Map<String, Object> copyOf(UserSessionModel from) {
    Map<String, Object> copy = new LinkedHashMap<>();
    copy.put("user", from.getUser() == null ? "" : from.getUser().getId());
    copy.put("getId", from.getId());
    copy.put("getBrokerSessionId", from.getBrokerSessionId());
    copy.put("getBrokerUserId", from.getBrokerUserId());
    copy.put("getLoginUsername", from.getLoginUsername());
    copy.put("getIpAddress", from.getIpAddress());
    copy.put("getAuthMethod", from.getAuthMethod());
    copy.put("isRememberMe", from.isRememberMe());
    copy.put("getStarted", from.getStarted());
    copy.put("getLastSessionRefresh", from.getLastSessionRefresh());
    copy.put("isOffline", from.isOffline());
    copy.put("getNotes", notes(from.getNotes()));
    return copy;
  }

  private static Map<String, Object> copyOf(AuthenticatedClientSessionModel from) {
    Map<String, Object> copy = new LinkedHashMap<>();
    copy.put("client", from.getClient().getId());
    copy.put("getId", from.getId());
    copy.put("getStarted", from.getStarted());
    copy.put("getRedirectUri", from.getRedirectUri());
    copy.put("getProtocol", from.getProtocol());
    copy.put("getNotes", notes(from.getNotes()));
    return copy;
  }

  private static Map<String, String> notes(Map<String, String> notes) {
    return notes == null ? new HashMap<>() : new HashMap<>(notes);
  }

  /** A model that answers from a copy, and ignores changes. */
  private static <T> T model(Class<T> type, Map<String, Object> copy, Map<String, Object> others) {
    return proxy(
        type,
        (self, method, arguments) -> {
          String name = method.getName();
          if (others.containsKey(name)) {
            return others.get(name);
          }
          if (copy.containsKey(name)) {
            return copy.get(name);
          }
          if (name.equals("getNote")) {
            return ((Map<?, ?>) copy.get("getNotes")).get(arguments[0]);
          }
          return otherwise(self, method, arguments);
        });
  }

  /** The request's address and headers, for protocols that build addresses; if there is one. */
  private Optional<HttpRequest> copyOfRequest() {
    try {
      HttpRequest original = request.getContext().getHttpRequest();
      URI base = original.getUri().getBaseUri();
      URI requested = original.getUri().getRequestUri();
      String path = original.getUri().getPath();
      Map<String, List<String>> headers =
          new LinkedHashMap<>(original.getHttpHeaders().getRequestHeaders());
      return Optional.of(RequestCopy.of(base, requested, path, headers));
    } catch (RuntimeException noRequest) {
      return Optional.empty();
    }
  }

  static <T> T proxy(Class<T> type, InvocationHandler handler) {
    return type.cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, handler));
  }

  static Object otherwise(Object self, Method method, Object[] arguments) throws Throwable {
    switch (method.getName()) {
      case "equals":
        return self == arguments[0];
      case "hashCode":
        return System.identityHashCode(self);
      case "toString":
        return method.getDeclaringClass().getSimpleName();
      default:
        break;
    }
    if (method.isDefault()) {
      return InvocationHandler.invokeDefault(self, method, arguments);
    }
    if (method.getReturnType() == void.class) {
      return null;
    }
    if (!method.getReturnType().isPrimitive()) {
      return null;
    }
    throw new UnsupportedOperationException(method.getName());
  }

  private static ThreadPoolExecutor executor() {
    ThreadPoolExecutor executor =
        new ThreadPoolExecutor(
            THREADS,
            THREADS,
            IDLE_SECONDS,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(WAITING),
            task -> {
              Thread thread = new Thread(task, "token-guard-logout-notification");
              thread.setDaemon(true);
              return thread;
            });
    executor.allowCoreThreadTimeOut(true);
    return executor;
  }
}
