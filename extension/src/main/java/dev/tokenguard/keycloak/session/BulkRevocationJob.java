package dev.tokenguard.keycloak.session;

import dev.tokenguard.keycloak.revocation.RevokedTokenList;
import dev.tokenguard.keycloak.support.LogText;
import dev.tokenguard.keycloak.support.Transactions;
import dev.tokenguard.revocation.BulkRevocation;
import dev.tokenguard.revocation.BulkRevocation.Kind;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import org.jboss.logging.Logger;
import org.keycloak.executors.ExecutorsProvider;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.KeycloakSessionFactory;
import org.keycloak.models.RealmModel;

/**
 * Runs a {@link BulkRevocation} in the background, after the commit of the change; each user is a
 * step of its own.
 *
 * <p>The begin is committed with the change, in Keycloak's own list of revoked tokens, and the end
 * after the last step. So if a node stops in between, it or another one resumes the job at its next
 * start.
 */
public final class BulkRevocationJob {

  private static final Logger LOG = Logger.getLogger(BulkRevocationJob.class);

  private static final int PROGRESS = 1000;

  private static final int REMEMBER_SECONDS = 30 * 24 * 3600;

  /** The pauses before the rounds for the users whose step has failed. */
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
   * Begins after the commit of the change.
   *
   * @param session the session of the request that made the change
   */
  public static void begin(KeycloakSession session, RealmModel realm, BulkRevocation bulk) {
    if (isBegun(session, bulk)) {
      return;
    }
    BulkRevocationJob job = new BulkRevocationJob(session, realm, bulk, true);
    Map<String, Set<String>> affected = job.step.affected(Long.MAX_VALUE);
    RevokedTokenList.builtIn(session).put(bulk.begun(), REMEMBER_SECONDS);
    Transactions.afterCommit(session, () -> job.start(affected));
  }

  /** Begins for a change that is detected after its commit: the begin is committed later. */
  public static void beginCommitted(
      KeycloakSession session, RealmModel realm, BulkRevocation bulk) {
    if (isBegun(session, bulk)) {
      return;
    }
    BulkRevocationJob job = new BulkRevocationJob(session, realm, bulk, true);
    job.persist(bulk.begun());
    job.start(job.step.affected(bulk.decided()));
  }

  /**
   * Resumes a job that has begun and not ended.
   *
   * @param session the session in which Keycloak starts
   */
  public static void resume(KeycloakSession session, BulkRevocation bulk) {
    RealmModel realm = session.realms().getRealm(bulk.realmId());
    if (realm == null) {
      return;
    }
    BulkRevocationJob job = new BulkRevocationJob(session, realm, bulk, false);
    LOG.info(LogText.of("%s: the revocation resumes after a stop", job.what));
    job.background.execute(
        () -> job.untilTheNextStart(() -> job.run(job.step.affected(bulk.decided()))));
  }

  /** A change can have both a model event and an admin event. */
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
      LOG.error(LogText.of("%s: the revocation resumes at the next start", what), failed);
    }
  }

  private void run(Map<String, Set<String>> affected) {
    round(0, step.withServiceAccounts(affected), affected.size());
  }

  private void round(int number, Map<String, Set<String>> users, int all) {
    Map<String, Set<String>> failed =
        bulk.kind() == Kind.REALM_NOT_BEFORE ? notListed(users) : notRevoked(users);
    if (Thread.currentThread().isInterrupted()) {
      LOG.warn(LogText.of("%s: the revocation resumes at the next start", what));
    } else if (failed.isEmpty()) {
      persist(bulk.done());
      LOG.info(LogText.of("%s: the sessions of all %d users are revoked", what, all));
    } else if (number < ROUNDS_SECONDS.length) {
      CompletableFuture.delayedExecutor(ROUNDS_SECONDS[number], TimeUnit.SECONDS, background)
          .execute(() -> untilTheNextStart(() -> round(number + 1, failed, all)));
    } else {
      LOG.error(
          LogText.of(
              "%s: the sessions of %d users are not revoked. Token Guard retries at the next start;"
                  + " until then, log these users out: %s",
              what, failed.size(), failed.keySet()));
    }
  }

  private Map<String, Set<String>> notListed(Map<String, Set<String>> users) {
    return step.listUsers(users) ? Map.of() : users;
  }

  /** The users whose step has failed; stops if the thread is interrupted. */
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
        LOG.error(
            LogText.of("%s: the sessions of user %s are not revoked", what, each.getKey()),
            refused);
        failed.put(each.getKey(), each.getValue());
      }
      done++;
      if (done % PROGRESS == 0) {
        LOG.info(
            LogText.of("%s: the sessions of %d of %d users are revoked", what, done, users.size()));
      }
    }
    return failed;
  }
}
