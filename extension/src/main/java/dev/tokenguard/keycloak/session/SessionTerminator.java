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
 * Carries out what a committed change terminates: first in Keycloak, in a transaction of its own,
 * then in Redis. Clients and identity providers are notified of the logout afterwards, in the
 * background, so one that hangs delays no revocation.
 */
public final class SessionTerminator {

  private static final Logger LOG = Logger.getLogger(SessionTerminator.class);

  private final KeycloakSession session;
  private final RealmModel realm;
  private final Reason reason;
  private final int decided = Time.currentTime();

  /**
   * @param session of the request in which it was decided
   * @param realm of the users
   */
  public SessionTerminator(KeycloakSession session, RealmModel realm, Reason reason) {
    this.session = session;
    this.realm = realm;
    this.reason = reason;
  }

  /** Before the answer goes out, when what was decided is committed. */
  public void whenCommitted(RevocationTarget target) {
    RequestTerminations.of(session).add(this, target);
  }

  /**
   * What Keycloak itself has removed in the request's transaction; skipped when another target of
   * the same request covers it.
   */
  void whenCommittedUnlessCovered(RevocationTarget removed) {
    RequestTerminations.of(session).addRemoved(this, removed);
  }

  /** Whatever goes wrong is logged: the answer of the request does not depend on it. */
  public void now(RevocationTarget target) {
    try {
      terminate(target);
    } catch (RuntimeException failed) {
      LOG.error(
          LogText.of(
              "Not everything of user %s that should have been terminated is (%s): log the user out by"
                  + " hand",
              target.userId(), reason.word()),
          failed);
    }
  }

  /**
   * For those whose answer depends on it; what Keycloak refuses is thrown.
   *
   * @return whether it is recorded in Redis, too; if not, that follows when Redis is available
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
