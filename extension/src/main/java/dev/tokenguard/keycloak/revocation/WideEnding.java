package dev.tokenguard.keycloak.revocation;

import dev.tokenguard.blacklist.Reason;
import dev.tokenguard.rotation.Revocation;
import dev.tokenguard.rotation.Revocation.ClientSession;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.stream.Stream;
import org.jboss.logging.Logger;
import org.keycloak.common.util.Time;
import org.keycloak.executors.ExecutorsProvider;
import org.keycloak.models.AbstractKeycloakTransaction;
import org.keycloak.models.ClientModel;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.KeycloakSessionFactory;
import org.keycloak.models.RealmModel;
import org.keycloak.models.UserModel;
import org.keycloak.models.UserSessionModel;
import org.keycloak.models.utils.KeycloakModelUtils;

/**
 * Ends what many users have: a whole realm, or a client. Who had a session is read from the
 * database as it was before the happening, in a transaction of its own, because the one of the
 * happening may have deleted it already. The rest runs in the background; each user is a step by
 * itself.
 */
public final class WideEnding {

  private static final Logger LOG = Logger.getLogger(WideEnding.class);

  private static final int PAGE = 1000;

  private static final int REMEMBER_SECONDS = 3600;

  private final KeycloakSession session;
  private final KeycloakSessionFactory factory;
  private final RealmModel realm;
  private final Reason reason;
  private final int decided = Time.currentTime();

  /**
   * @param session of the request in which it was decided
   */
  public WideEnding(KeycloakSession session, RealmModel realm, Reason reason) {
    this.session = session;
    this.factory = session.getKeycloakSessionFactory();
    this.realm = realm;
    this.reason = reason;
  }

  /** All sessions of all users of the realm, once it is committed. */
  public void ofRealm() {
    Map<String, Set<String>> before =
        before(
            own ->
                Stream.concat(
                    own.sessions().readOnlyStreamUserSessions(own.getContext().getRealm()),
                    own.sessions().readOnlyStreamOfflineUserSessions(own.getContext().getRealm())));
    whenCommitted(before, this::endUser);
  }

  /** What all users have at a client, once it is committed. */
  public void ofClient(String clientId) {
    Map<String, Set<String>> before =
        before(
            own -> {
              RealmModel ownRealm = own.getContext().getRealm();
              ClientModel client = own.clients().getClientById(ownRealm, clientId);
              return client == null ? Stream.empty() : sessionsAt(own, ownRealm, client);
            });
    whenCommitted(before, (userId, sessions) -> endClientSessions(userId, clientId, sessions));
  }

  private static Stream<UserSessionModel> sessionsAt(
      KeycloakSession own, RealmModel realm, ClientModel client) {
    return Stream.concat(
        paged(from -> own.sessions().readOnlyStreamUserSessions(realm, client, from, PAGE)),
        paged(from -> own.sessions().readOnlyStreamOfflineUserSessions(realm, client, from, PAGE)));
  }

  private static Stream<UserSessionModel> paged(
      java.util.function.IntFunction<Stream<UserSessionModel>> page) {
    return Stream.iterate(0, from -> from + PAGE)
        .map(from -> page.apply(from).toList())
        .takeWhile(sessions -> !sessions.isEmpty())
        .flatMap(List::stream);
  }

  private Map<String, Set<String>> before(
      java.util.function.Function<KeycloakSession, Stream<UserSessionModel>> reader) {
    return KeycloakModelUtils.runJobInTransactionWithResult(
        factory,
        own -> {
          own.getContext().setRealm(own.realms().getRealm(realm.getId()));
          Map<String, Set<String>> sessionsByUser = new LinkedHashMap<>();
          try (Stream<UserSessionModel> sessions = reader.apply(own)) {
            sessions
                .filter(it -> it.getUser() != null)
                .forEach(
                    it ->
                        sessionsByUser
                            .computeIfAbsent(it.getUser().getId(), id -> new LinkedHashSet<>())
                            .add(it.getId()));
          }
          return sessionsByUser;
        });
  }

  private void whenCommitted(
      Map<String, Set<String>> sessionsByUser, BiFunction<String, Set<String>, Step> step) {
    String name = realm.getName();
    var executor =
        session.getProvider(ExecutorsProvider.class).getExecutor("token-guard-revocation");
    session
        .getTransactionManager()
        .enlistAfterCompletion(
            new AbstractKeycloakTransaction() {
              @Override
              protected void commitImpl() {
                executor.execute(() -> run(name, sessionsByUser, step));
              }

              @Override
              protected void rollbackImpl() {
                // Nothing has ended.
              }
            });
  }

  private void run(
      String realmName,
      Map<String, Set<String>> sessionsByUser,
      BiFunction<String, Set<String>, Step> step) {
    int done = 0;
    for (Map.Entry<String, Set<String>> each : sessionsByUser.entrySet()) {
      carryOut(step.apply(each.getKey(), each.getValue()), each.getKey());
      done++;
      if (done % PAGE == 0) {
        LOG.infof(
            "Realm %s (%s): ended the sessions of %d of %d users",
            realmName, reason.word(), done, sessionsByUser.size());
      }
    }
    LOG.infof("Realm %s (%s): ended the sessions of %d users", realmName, reason.word(), done);
  }

  private void carryOut(Step step, String userId) {
    try {
      Revocation revocation =
          KeycloakModelUtils.runJobInTransactionWithResult(
              factory,
              own -> {
                own.getContext().setRealm(own.realms().getRealm(realm.getId()));
                return step.in(own);
              });
      KeycloakModelUtils.runJobInTransaction(
          factory,
          own -> DeliveryQueue.of(own).deliver(new CommittedRevocation(realm, reason, revocation)));
    } catch (RuntimeException failed) {
      LOG.errorf(failed, "Not all has ended for user %s (%s)", userId, reason.word());
    }
  }

  private Step endUser(String userId, Set<String> sessions) {
    return own -> {
      RealmModel ownRealm = own.getContext().getRealm();
      Revocation revocation =
          Revocation.ofUser(userId, List.copyOf(sessions), decided, retainUntil());
      new SessionRemoval(own).removeAll(revocation);
      UserModel user = own.users().getUserById(ownRealm, userId);
      if (user != null) {
        own.users().setNotBeforeForUser(ownRealm, user, decided);
      }
      return revocation;
    };
  }

  private Step endClientSessions(String userId, String clientId, Set<String> sessions) {
    List<ClientSession> clientSessions =
        sessions.stream().map(id -> new ClientSession(id, clientId)).toList();
    return own -> {
      Revocation revocation =
          Revocation.ofClient(userId, clientId, clientSessions, decided, retainUntil());
      new SessionRemoval(own).removeAll(revocation);
      return revocation;
    };
  }

  private long retainUntil() {
    return (long) decided + REMEMBER_SECONDS;
  }

  /** What is done for one user, in a transaction of its own. */
  private interface Step {
    Revocation in(KeycloakSession own);
  }
}
