package dev.tokenguard.keycloak.session;

import dev.tokenguard.keycloak.revocation.RevocationOutbox;
import dev.tokenguard.keycloak.revocation.RevocationPropagation;
import dev.tokenguard.keycloak.support.LogText;
import dev.tokenguard.keycloak.support.Transactions;
import dev.tokenguard.revocation.Revocation;
import dev.tokenguard.revocation.Revocation.Reason;
import dev.tokenguard.revocation.RevocationScope;
import dev.tokenguard.revocation.RevocationTarget;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jboss.logging.Logger;
import org.keycloak.common.util.Time;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;

/**
 * Terminates the target of a committed change: first in Keycloak, in a new transaction, then in
 * Redis. Afterwards it notifies clients and identity providers of the logout, in the background, so
 * that one without a response delays no revocation.
 */
public final class SessionTerminator {

  private static final Logger LOG = Logger.getLogger(SessionTerminator.class);

  private final KeycloakSession session;
  private final RealmModel realm;
  private final Reason reason;
  private final int decided = Time.currentTime();

  /**
   * @param session the session of the request that made the change
   * @param realm of the users
   */
  public SessionTerminator(KeycloakSession session, RealmModel realm, Reason reason) {
    this.session = session;
    this.realm = realm;
    this.reason = reason;
  }

  /** Terminates after the commit of the request and before its response. */
  public void whenCommitted(RevocationTarget target) {
    OfRequest.in(session).named.add(new Step(this, target));
  }

  /**
   * Terminates after the commit what Keycloak has removed in the transaction of the request, unless
   * another target of the request covers it.
   */
  void whenCommittedUnlessCovered(RevocationTarget removed) {
    OfRequest.in(session).removed.add(new Step(this, removed));
  }

  /**
   * Terminates now. Failures are logged and not thrown: the response does not depend on them.
   *
   * @return whether Keycloak has terminated the target; the revocation may wait for Redis in the
   *     outbox
   */
  public boolean now(RevocationTarget target) {
    try {
      terminate(target);
      return true;
    } catch (RuntimeException failed) {
      LOG.error(
          LogText.of(
              "Not all sessions of user %s could be terminated (%s): log the user out",
              target.userId(), reason.id()),
          failed);
      return false;
    }
  }

  /**
   * Terminates now, for a response that depends on it.
   *
   * @return whether the revocation is recorded in Redis; if not, it waits for Redis in the outbox
   * @throws RuntimeException if Keycloak fails to terminate
   */
  public boolean terminate(RevocationTarget target) {
    BackchannelNotifier notifier = new BackchannelNotifier(session, realm);
    List<BackchannelNotifier.Logout> logouts = new ArrayList<>();
    Revocation revocation =
        Transactions.retryOnConflict(
            () ->
                Transactions.inNewTransaction(
                    session.getKeycloakSessionFactory(),
                    realm,
                    own -> {
                      logouts.clear();
                      return new SessionRemover(own, decided)
                          .terminate(target, it -> logouts.add(notifier.logoutOf(it)));
                    }));
    try {
      return RevocationOutbox.of(session.getKeycloakSessionFactory())
          .deliver(RevocationPropagation.first(realm, reason, revocation));
    } finally {
      notifier.send(logouts);
    }
  }

  /** Runs a notification after all revocations of the request. */
  static void notifyAfterwards(KeycloakSession session, Runnable notification) {
    OfRequest.in(session).notifications.add(notification);
  }

  /**
   * Enlists the terminations of a request in its transaction, for a caller that finds them when the
   * commit has begun.
   *
   * @return false if the commit has begun already
   */
  static boolean enlist(KeycloakSession session) {
    try {
      OfRequest.in(session);
      return true;
    } catch (IllegalStateException committed) {
      return false;
    }
  }

  private record Step(SessionTerminator terminator, RevocationTarget target) {}

  /**
   * The terminations of one request, executed after the commit of its transaction: first those of
   * the request's events, then the sessions that Keycloak has removed. A target that another one
   * covers is executed if that one has failed.
   */
  private static final class OfRequest {

    private static final String ATTRIBUTE = "token-guard.terminations";

    private final List<Step> named = new ArrayList<>();
    private final List<Step> removed = new ArrayList<>();
    private final List<Runnable> notifications = new ArrayList<>();

    /**
     * The terminations of a request; enlists them in its transaction on the first call.
     *
     * @throws IllegalStateException if they are not enlisted and the commit has begun
     */
    private static OfRequest in(KeycloakSession session) {
      OfRequest existing = session.getAttribute(ATTRIBUTE, OfRequest.class);
      if (existing != null) {
        return existing;
      }
      OfRequest created = new OfRequest();
      Transactions.afterCommit(session, created::execute);
      session.setAttribute(ATTRIBUTE, created);
      return created;
    }

    private void execute() {
      List<RevocationTarget> done = new ArrayList<>();
      named.forEach(step -> execute(step, done));
      // The wider scopes first, because sessions cover their client sessions.
      List<Step> rest = new ArrayList<>(removed);
      rest.sort(Comparator.<Step, RevocationScope>comparing(it -> it.target().scope()).reversed());
      rest.forEach(step -> execute(step, done));
      notifications.forEach(Runnable::run);
    }

    private static void execute(Step step, List<RevocationTarget> done) {
      boolean isCovered = done.stream().anyMatch(it -> it.covers(step.target()));
      if (!isCovered && step.terminator().now(step.target())) {
        done.add(step.target());
      }
    }
  }
}
