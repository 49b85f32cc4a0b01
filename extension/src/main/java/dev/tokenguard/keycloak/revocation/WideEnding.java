package dev.tokenguard.keycloak.revocation;

import dev.tokenguard.blacklist.Reason;
import dev.tokenguard.keycloak.AfterCommit;
import dev.tokenguard.keycloak.OwnTransaction;
import dev.tokenguard.rotation.Revocation;
import dev.tokenguard.rotation.Revocation.ClientSession;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.function.BiFunction;
import org.jboss.logging.Logger;
import org.keycloak.common.util.Time;
import org.keycloak.executors.ExecutorsProvider;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.KeycloakSessionFactory;
import org.keycloak.models.RealmModel;
import org.keycloak.models.UserModel;

/**
 * Ends what many users have: in a whole realm, or at a client. It runs in the background, once what
 * was decided is committed; each user is a step by itself.
 */
public final class WideEnding {

  private static final Logger LOG = Logger.getLogger(WideEnding.class);

  private static final int PROGRESS = 1000;

  private final KeycloakSession session;
  private final KeycloakSessionFactory factory;
  private final RealmModel realm;
  private final String realmName;
  private final Reason reason;
  private final int decided = Time.currentTime();

  /**
   * @param session of the request in which it was decided
   */
  public WideEnding(KeycloakSession session, RealmModel realm, Reason reason) {
    this.session = session;
    this.factory = session.getKeycloakSessionFactory();
    this.realm = realm;
    this.realmName = realm.getName();
    this.reason = reason;
  }

  /** All sessions of all users of the realm. */
  public void ofRealm() {
    whenCommitted(SessionsBefore.inRealm(session, realm), this::endUser);
  }

  /**
   * What all users have at a client.
   *
   * @param clientId the client's internal id
   */
  public void ofClient(String clientId) {
    whenCommitted(
        SessionsBefore.atClient(session, realm, clientId),
        (userId, sessions) -> own -> endClientSessions(own, userId, clientId, sessions));
  }

  private void whenCommitted(
      Map<String, Set<String>> sessionsByUser, BiFunction<String, Set<String>, Step> step) {
    ExecutorService executor =
        session.getProvider(ExecutorsProvider.class).getExecutor("token-guard-revocation");
    AfterCommit.of(session, () -> executor.execute(() -> run(sessionsByUser, step)));
  }

  private void run(
      Map<String, Set<String>> sessionsByUser, BiFunction<String, Set<String>, Step> step) {
    int done = 0;
    for (Map.Entry<String, Set<String>> each : sessionsByUser.entrySet()) {
      carryOut(each.getKey(), step.apply(each.getKey(), each.getValue()));
      done++;
      if (done % PROGRESS == 0) {
        LOG.infof(
            "Realm %s (%s): %d of %d users are done",
            realmName, reason.word(), done, sessionsByUser.size());
      }
    }
    LOG.infof("Realm %s (%s): all %d users are done", realmName, reason.word(), done);
  }

  private void carryOut(String userId, Step step) {
    try {
      Revocation revocation = OwnTransaction.in(factory, realm, step::in);
      DeliveryQueue.of(factory).deliver(new CommittedRevocation(realm, reason, revocation));
    } catch (RuntimeException failed) {
      LOG.errorf(
          failed,
          "Not all that should have ended for user %s has ended (%s): log the user out by hand",
          userId,
          reason.word());
    }
  }

  private Step endUser(String userId, Set<String> sessions) {
    return own -> {
      RealmModel ownRealm = own.getContext().getRealm();
      Revocation revocation =
          Revocation.ofUser(userId, List.copyOf(sessions), decided, SessionEnd.remember(decided));
      new SessionRemoval(own).removeAll(revocation);
      UserModel user = own.users().getUserById(ownRealm, userId);
      if (user != null) {
        own.users().setNotBeforeForUser(ownRealm, user, decided);
      }
      return revocation;
    };
  }

  private Revocation endClientSessions(
      KeycloakSession own, String userId, String clientId, Set<String> sessions) {
    List<ClientSession> clientSessions =
        sessions.stream().map(id -> new ClientSession(id, clientId)).toList();
    Revocation revocation =
        Revocation.ofClient(
            userId, clientId, clientSessions, decided, SessionEnd.remember(decided));
    new SessionRemoval(own).removeAll(revocation);
    return revocation;
  }

  /** What is done for one user, in a transaction of its own. */
  private interface Step {
    Revocation in(KeycloakSession own);
  }
}
