package dev.tokenguard.keycloak.revocation;

import dev.tokenguard.blacklist.Reason;
import dev.tokenguard.blacklist.WideRevocation;
import dev.tokenguard.keycloak.AfterCommit;
import dev.tokenguard.keycloak.Conflicts;
import dev.tokenguard.keycloak.OwnTransaction;
import dev.tokenguard.rotation.Revocation;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Executor;
import org.jboss.logging.Logger;
import org.keycloak.common.util.Time;
import org.keycloak.executors.ExecutorsProvider;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.KeycloakSessionFactory;
import org.keycloak.models.RealmModel;

/**
 * Ends what many users have: in a whole realm, or at a client. It runs in the background, once what
 * was decided is committed; each user is a step by itself.
 *
 * <p>That it has begun is committed with what was decided, in Keycloak's own list of revoked
 * tokens, and that it is done when it is. So a node that stops midway, or another one, goes on at
 * its next start.
 */
public final class WideEnding {

  private static final Logger LOG = Logger.getLogger(WideEnding.class);

  private static final int PROGRESS = 1000;

  /** A node that does not start within this time has other worries. */
  private static final int REMEMBER_SECONDS = 30 * 24 * 3600;

  private final KeycloakSessionFactory factory;
  private final RealmModel realm;
  private final WideRevocation wide;
  private final String what;

  private WideEnding(KeycloakSession session, RealmModel realm, WideRevocation wide) {
    this.factory = session.getKeycloakSessionFactory();
    this.realm = realm;
    this.wide = wide;
    this.what = "Realm %s (%s)".formatted(realm.getName(), wide.reason().word());
  }

  /**
   * All sessions of all users of a realm.
   *
   * @param session of the request in which it is decided
   */
  public static void ofRealm(KeycloakSession session, RealmModel realm, Reason reason) {
    begin(session, realm, reason, Optional.empty());
  }

  /**
   * What all users have at a client.
   *
   * @param session of the request in which it is decided
   * @param clientId the client's internal id
   */
  public static void ofClient(
      KeycloakSession session, RealmModel realm, Reason reason, String clientId) {
    begin(session, realm, reason, Optional.of(clientId));
  }

  private static void begin(
      KeycloakSession session, RealmModel realm, Reason reason, Optional<String> clientId) {
    WideRevocation wide = new WideRevocation(realm.getId(), reason, clientId, Time.currentTime());
    WideEnding ending = new WideEnding(session, realm, wide);
    Map<String, Set<String>> affected = ending.affected(Long.MAX_VALUE);
    StockRevokedTokens.of(session).put(wide.begun(), REMEMBER_SECONDS);
    Executor background = background(session);
    AfterCommit.of(
        session,
        () -> {
          if (clientId.isEmpty()) {
            new WideBlacklisting(ending.factory, realm, wide).of(affected);
          }
          background.execute(() -> ending.run(affected));
        });
  }

  /**
   * Goes on with one that was begun and may not be done. Nobody knows any more who was logged in
   * when it was decided: a login in the same second ends, too.
   *
   * @param session of the start
   */
  static void resume(KeycloakSession session, WideRevocation wide) {
    RealmModel realm = session.realms().getRealm(wide.realmId());
    if (realm == null) {
      return;
    }
    WideEnding ending = new WideEnding(session, realm, wide);
    LOG.infof("%s: goes on after a stop", ending.what);
    background(session).execute(() -> ending.run(ending.affected(wide.decided())));
  }

  private static Executor background(KeycloakSession session) {
    return session.getProvider(ExecutorsProvider.class).getExecutor("token-guard-revocation");
  }

  /** The sessions by the user; those that began later are not meant. */
  private Map<String, Set<String>> affected(long latest) {
    return wide.clientId()
        .map(id -> SessionsBefore.atClient(factory, realm, id, latest))
        .orElseGet(() -> SessionsBefore.inRealm(factory, realm, latest));
  }

  private void run(Map<String, Set<String>> affected) {
    int done = 0;
    int failed = 0;
    for (Map.Entry<String, Set<String>> each : affected.entrySet()) {
      if (Thread.currentThread().isInterrupted()) {
        LOG.warnf("%s: goes on at the next start", what);
        return;
      }
      failed += end(each.getKey(), each.getValue()) ? 0 : 1;
      done++;
      if (done % PROGRESS == 0) {
        LOG.infof("%s: %d of %d users are done", what, done, affected.size());
      }
    }
    if (failed == 0) {
      Conflicts.outlast(
          () ->
              OwnTransaction.in(
                  factory,
                  realm,
                  own -> StockRevokedTokens.of(own).put(wide.done(), REMEMBER_SECONDS)));
      LOG.infof("%s: all %d users are done", what, done);
    }
  }

  private boolean end(String userId, Set<String> sessions) {
    try {
      Revocation revocation =
          Conflicts.outlast(
              () ->
                  OwnTransaction.in(
                      factory, realm, own -> new WideStep(own, wide).of(userId, sessions)));
      DeliveryQueue.of(factory).deliver(new CommittedRevocation(realm, wide.reason(), revocation));
      return true;
    } catch (RuntimeException failed) {
      LOG.errorf(
          failed,
          "%s: not all that should have ended for user %s has ended. It is tried again at the next"
              + " start; until then, log the user out by hand",
          what,
          userId);
      return false;
    }
  }
}
