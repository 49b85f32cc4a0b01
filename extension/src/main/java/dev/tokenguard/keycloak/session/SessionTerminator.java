package dev.tokenguard.keycloak.session;

import dev.tokenguard.keycloak.revocation.RevocationOutbox;
import dev.tokenguard.keycloak.revocation.RevocationPropagation;
import dev.tokenguard.keycloak.support.LogText;
import dev.tokenguard.keycloak.support.Transactions;
import dev.tokenguard.revocation.Reason;
import dev.tokenguard.revocation.Revocation;
import dev.tokenguard.revocation.RevocationTarget;
import java.util.ArrayList;
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
    RequestTerminations.of(session).add(this, target);
  }

  /**
   * Terminates after the commit what Keycloak has removed in the transaction of the request, unless
   * another target of the request covers it.
   */
  void whenCommittedUnlessCovered(RevocationTarget removed) {
    RequestTerminations.of(session).addRemoved(this, removed);
  }

  /** Terminates now. Failures are logged and not thrown: the response does not depend on them. */
  public void now(RevocationTarget target) {
    try {
      terminate(target);
    } catch (RuntimeException failed) {
      LOG.error(
          LogText.of(
              "Not all sessions of user %s could be terminated (%s): log the user out",
              target.userId(), reason.word()),
          failed);
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
                      RequestTerminations.ignore(own);
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
}
