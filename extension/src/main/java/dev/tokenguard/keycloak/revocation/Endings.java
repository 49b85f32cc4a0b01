package dev.tokenguard.keycloak.revocation;

import dev.tokenguard.blacklist.Reason;
import dev.tokenguard.keycloak.AfterCommit;
import dev.tokenguard.keycloak.Conflicts;
import dev.tokenguard.keycloak.OwnTransaction;
import dev.tokenguard.rotation.Revocation;
import org.jboss.logging.Logger;
import org.keycloak.common.util.Time;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;

/** Carries endings out: first in Keycloak, in a transaction of its own, then in Redis. */
public final class Endings {

  private static final Logger LOG = Logger.getLogger(Endings.class);

  private final KeycloakSession session;
  private final RealmModel realm;
  private final Reason reason;
  private final int decided = Time.currentTime();

  /**
   * @param session of the request in which it was decided
   * @param realm of the users
   */
  public Endings(KeycloakSession session, RealmModel realm, Reason reason) {
    this.session = session;
    this.realm = realm;
    this.reason = reason;
  }

  /** Before the answer goes out, when what was decided is committed. */
  public void whenCommitted(Ending ending) {
    AfterCommit.of(session, () -> now(ending));
  }

  /** Whatever goes wrong is logged: the answer of the request does not depend on it. */
  public void now(Ending ending) {
    try {
      carryOut(ending);
    } catch (RuntimeException failed) {
      LOG.errorf(
          failed,
          "Not all that should have ended for user %s has ended (%s): log the user out by hand",
          ending.userId(),
          reason.word());
    }
  }

  /**
   * For those whose answer depends on it; what Keycloak refuses is thrown.
   *
   * @return whether Redis knows of it, too; if not, it is told as soon as it is back
   */
  public boolean carryOut(Ending ending) {
    Revocation revocation =
        Conflicts.outlast(
            () ->
                OwnTransaction.in(
                    session.getKeycloakSessionFactory(),
                    realm,
                    own -> new SessionEnd(own, session.getContext(), decided).of(ending)));
    return DeliveryQueue.of(session.getKeycloakSessionFactory())
        .deliver(new CommittedRevocation(realm, reason, revocation));
  }
}
