package dev.tokenguard.keycloak.session;

import dev.tokenguard.keycloak.revocation.RevokedTokenList;
import dev.tokenguard.keycloak.support.LogText;
import dev.tokenguard.keycloak.support.Transactions;
import dev.tokenguard.revocation.BulkRevocation;
import dev.tokenguard.revocation.BulkRevocation.Kind;
import dev.tokenguard.revocation.Reason;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import org.jboss.logging.Logger;
import org.keycloak.common.util.Time;
import org.keycloak.executors.ExecutorsProvider;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.KeycloakSessionFactory;
import org.keycloak.models.RealmModel;

/**
 * Revokes what many users have, see {@link BulkRevocation}. It runs in the background, once the
 * change is committed; each user is a step by itself.
 *
 * <p>That it was begun is committed with the change, in Keycloak's own list of revoked tokens, and
 * that it is done when it is. So a node that stops midway, or another one, resumes at its next
 * start.
 */
public final class BulkRevocationJob {

  private static final Logger LOG = Logger.getLogger(BulkRevocationJob.class);

  private static final int PROGRESS = 1000;

  private static final int REMEMBER_SECONDS = 30 * 24 * 3600;

  /** Before each further round over the users for whom it has failed. */
  private static final int[] ROUNDS_SECONDS = {1, 5, 30};

  private final KeycloakSessionFactory factory;
  private final RealmModel realm;
  private final BulkRevocation bulk;
  private final BulkRevocationStep step;
  private final Executor background;
  private final String what;

  private BulkRevocationJob(
      KeycloakSession session, RealmModel realm, BulkRevocation bulk, boolean isFirst) {
    this.factory = session.getKeycloakSessionFactory();
    this.realm = realm;
    this.bulk = bulk;
    this.step = new BulkRevocationStep(factory, realm, bulk, isFirst);
    this.background =
        session.getProvider(ExecutorsProvider.class).getExecutor("token-guard-revocation");
    this.what = "Realm %s (%s)".formatted(realm.getName(), bulk.reason().word());
  }

  /**
   * Begins when the change is committed.
   *
   * @param session of the request in which it is decided
   * @param id of the client or the user federation; empty for the realm
   * @param before what began or was issued before this second is revoked, since the epoch
   */
  public static void begin(
      KeycloakSession session, RealmModel realm, Reason reason, Kind kind, String id, long before) {
    BulkRevocation bulk = bulk(realm, reason, kind, id, before);
    if (isBegun(session, bulk)) {
      return;
    }
    BulkRevocationJob job = new BulkRevocationJob(session, realm, bulk, true);
    Map<String, Set<String>> affected = job.step.affected(Long.MAX_VALUE);
    RevokedTokenList.builtIn(session).put(bulk.begun(), REMEMBER_SECONDS);
    Transactions.afterCommit(session, () -> job.start(affected));
  }

  /** The same for a change that is seen when it is committed, so the begin is committed later. */
  public static void beginCommitted(
      KeycloakSession session, RealmModel realm, Reason reason, Kind kind, String id, long before) {
    BulkRevocation bulk = bulk(realm, reason, kind, id, before);
    if (isBegun(session, bulk)) {
      return;
    }
    BulkRevocationJob job = new BulkRevocationJob(session, realm, bulk, true);
    job.persist(bulk.begun());
    job.start(job.step.affected(bulk.decided()));
  }

  /**
   * Resumes one that was begun and may not be done.
   *
   * @param session of the start
   */
  public static void resume(KeycloakSession session, BulkRevocation bulk) {
    RealmModel realm = session.realms().getRealm(bulk.realmId());
    if (realm == null) {
      return;
    }
    BulkRevocationJob job = new BulkRevocationJob(session, realm, bulk, false);
    LOG.info(LogText.of("%s: resumes after a stop", job.what));
    job.background.execute(
        () -> job.untilTheNextStart(() -> job.run(job.step.affected(bulk.decided()))));
  }

  private static BulkRevocation bulk(
      RealmModel realm, Reason reason, Kind kind, String id, long before) {
    return new BulkRevocation(
        realm.getId(), reason, kind, id, Math.min(before, Time.currentTime()));
  }

  /** A change may be seen as a model event and as an admin event. */
  private static boolean isBegun(KeycloakSession session, BulkRevocation bulk) {
    String attribute = "token-guard.bulk." + bulk.kind() + bulk.reason() + bulk.id();
    boolean isBegun = session.getAttribute(attribute) != null;
    session.setAttribute(attribute, true);
    return isBegun;
  }

  private void persist(String text) {
    Transactions.retryOnConflict(
        () ->
            Transactions.inNewTransaction(
                factory, realm, own -> RevokedTokenList.builtIn(own).put(text, REMEMBER_SECONDS)));
  }

  private void start(Map<String, Set<String>> affected) {
    step.listUsers(affected);
    background.execute(() -> untilTheNextStart(() -> run(affected)));
  }

  private void untilTheNextStart(Runnable work) {
    try {
      work.run();
    } catch (RuntimeException failed) {
      LOG.error(LogText.of("%s: resumes at the next start", what), failed);
    }
  }

  private void run(Map<String, Set<String>> affected) {
    round(0, step.withServiceAccounts(affected), affected.size());
  }

  private void round(int number, Map<String, Set<String>> users, int all) {
    Map<String, Set<String>> failed =
        bulk.kind() == Kind.REALM_NOT_BEFORE ? notListed(users) : notRevoked(users);
    if (Thread.currentThread().isInterrupted()) {
      LOG.warn(LogText.of("%s: resumes at the next start", what));
    } else if (failed.isEmpty()) {
      persist(bulk.done());
      LOG.info(LogText.of("%s: all %d users are done", what, all));
    } else if (number < ROUNDS_SECONDS.length) {
      CompletableFuture.delayedExecutor(ROUNDS_SECONDS[number], TimeUnit.SECONDS, background)
          .execute(() -> untilTheNextStart(() -> round(number + 1, failed, all)));
    } else {
      LOG.error(
          LogText.of(
              "%s: %d users are not done. It is tried again at the next start; until then, log them"
                  + " out by hand: %s",
              what, failed.size(), failed.keySet()));
    }
  }

  private Map<String, Set<String>> notListed(Map<String, Set<String>> users) {
    return step.listUsers(users) ? Map.of() : users;
  }

  /** Those for whom it has failed, as far as this thread is not stopped. */
  private Map<String, Set<String>> notRevoked(Map<String, Set<String>> users) {
    Map<String, Set<String>> failed = new LinkedHashMap<>();
    int done = 0;
    for (Map.Entry<String, Set<String>> each : users.entrySet()) {
      if (Thread.currentThread().isInterrupted()) {
        return failed;
      }
      try {
        step.revoke(each.getKey(), each.getValue());
      } catch (RuntimeException refused) {
        LOG.error(LogText.of("%s: user %s is not done", what, each.getKey()), refused);
        failed.put(each.getKey(), each.getValue());
      }
      done++;
      if (done % PROGRESS == 0) {
        LOG.info(LogText.of("%s: %d of %d users are done", what, done, users.size()));
      }
    }
    return failed;
  }
}
