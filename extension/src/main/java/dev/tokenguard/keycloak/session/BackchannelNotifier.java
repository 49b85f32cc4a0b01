package dev.tokenguard.keycloak.session;

import dev.tokenguard.keycloak.support.LogText;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;
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
 * Notifies clients and identity providers of a logout, by Keycloak's protocols (OpenID Connect
 * Back-Channel Logout 1.0, SAML, admin URL). Keycloak notifies one after the other, and waits up to
 * five seconds for each that does not respond. Here a bounded number of threads notifies them after
 * the revocation, in the background. The sessions are removed before, so they are copied.
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
   * @param request the session of the request that logs out
   */
  BackchannelNotifier(KeycloakSession request, RealmModel realm) {
    this.request = request;
    this.realmId = realm.getId();
  }

  /** A logout, with copies of the models for its notifications. */
  record Logout(ModelCopy session, List<ModelCopy> clients, String broker) {

    Logout {
      clients = List.copyOf(clients);
    }
  }

  /** Copies a session before its removal. */
  Logout logoutOf(UserSessionModel userSession) {
    List<ModelCopy> clients =
        userSession.getAuthenticatedClientSessions().values().stream()
            .filter(BackchannelNotifier::isToBeNotified)
            .map(ModelCopy::of)
            .toList();
    String broker = userSession.getNote(Details.IDENTITY_PROVIDER);
    return new Logout(ModelCopy.of(userSession), clients, Objects.toString(broker, ""));
  }

  /** Whether this Keycloak session sends notifications, which are then not deferred again. */
  static boolean isNotifying(KeycloakSession session) {
    return session.getAttribute(NOTIFIES) != null;
  }

  /**
   * Notifies one client after the commit of the request and its revocation.
   *
   * @return false if that is not possible, so that the caller notifies at once
   */
  static boolean notifyAfterwards(
      KeycloakSession request,
      UserSessionModel userSession,
      AuthenticatedClientSessionModel clientSession) {
    if (!isToBeNotified(clientSession)
        || LightweightUserAdapter.isLightweightUser(userSession.getUser().getId())) {
      return false;
    }
    BackchannelNotifier notifier =
        new BackchannelNotifier(request, request.getContext().getRealm());
    Logout logout = new Logout(ModelCopy.of(userSession), List.of(ModelCopy.of(clientSession)), "");
    SessionTerminator.notifyAfterwards(request, () -> notifier.send(List.of(logout)));
    return true;
  }

  private static boolean isToBeNotified(AuthenticatedClientSessionModel clientSession) {
    ClientModel client = clientSession.getClient();
    return client != null
        && client.isEnabled()
        && !client.isFrontchannelLogout()
        && clientSession.getProtocol() != null
        && !Action.LOGGED_OUT.name().equals(clientSession.getAction())
        && (!clientSession.getProtocol().equals(OPENID_CONNECT)
            || isSet(client.getAttribute(LOGOUT_URL))
            || isSet(client.getManagementUrl()));
  }

  private static boolean isSet(String url) {
    return url != null && !url.isEmpty();
  }

  /** Sends notifications in the background, and returns at once. */
  void send(List<Logout> logouts) {
    if (logouts.stream().allMatch(it -> it.clients().isEmpty() && it.broker().isEmpty())) {
      return;
    }
    KeycloakSessionFactory factory = request.getKeycloakSessionFactory();
    Optional<HttpRequest> original = ModelCopy.ofRequest(request);
    for (Logout logout : logouts) {
      for (ModelCopy client : logout.clients()) {
        String recipient = "Client " + client.owner();
        submit(factory, original, recipient, logout, own -> notifyClient(own, logout, client));
      }
      if (!logout.broker().isEmpty()) {
        String recipient = "Identity provider " + logout.broker();
        submit(factory, original, recipient, logout, own -> notifyBroker(own, logout));
      }
    }
  }

  private interface Notification {
    void send(KeycloakSession own);
  }

  private void submit(
      KeycloakSessionFactory factory,
      Optional<HttpRequest> original,
      String recipient,
      Logout logout,
      Notification notification) {
    String loss =
        LogText.of(
            "%s of realm %s was not notified of the logout of user %s, session %s",
            recipient, realmId, logout.session().owner(), logout.session().id());
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
                      original.ifPresent(own.getContext()::setHttpRequest);
                      notification.send(own);
                    }
                  });
            } catch (RuntimeException failed) {
              LOG.warn(loss, failed);
            }
          });
    } catch (RejectedExecutionException full) {
      LOG.warn(LogText.of("%s: %d notifications are pending", loss, WAITING));
    }
  }

  private static void notifyClient(KeycloakSession own, Logout logout, ModelCopy clientSession) {
    RealmModel realm = own.getContext().getRealm();
    ClientModel client = own.clients().getClientById(realm, clientSession.owner());
    UserModel user = userOf(own, logout);
    if (client == null || user == null) {
      return;
    }
    LoginProtocol protocol = own.getProvider(LoginProtocol.class, clientSession.protocol());
    if (protocol == null) {
      return;
    }
    UserSessionModel userSession = logout.session().asUserSession(realm, user);
    protocol.setRealm(realm);
    protocol.setHttpHeaders(own.getContext().getRequestHeaders());
    protocol.setUriInfo(own.getContext().getUri());
    protocol.backchannelLogout(
        userSession, clientSession.asClientSession(realm, client, userSession));
  }

  /**
   * Notifies the identity provider, by Keycloak's logout of a session without clients. The session
   * has a new id, so a session that now has the former id is not affected.
   */
  private static void notifyBroker(KeycloakSession own, Logout logout) {
    UserModel user = userOf(own, logout);
    if (user == null) {
      return;
    }
    RealmModel realm = own.getContext().getRealm();
    ModelCopy online = logout.session().withId(UUID.randomUUID().toString());
    AuthenticationManager.backchannelLogout(
        own,
        realm,
        online.asUserSession(realm, user),
        own.getContext().getUri(),
        own.getContext().getConnection(),
        own.getContext().getRequestHeaders(),
        true);
  }

  private static @Nullable UserModel userOf(KeycloakSession own, Logout logout) {
    String id = logout.session().owner();
    return LightweightUserAdapter.isLightweightUser(id)
        ? null
        : own.users().getUserById(own.getContext().getRealm(), id);
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
