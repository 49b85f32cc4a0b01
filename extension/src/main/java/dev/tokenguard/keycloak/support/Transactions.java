package dev.tokenguard.keycloak.support;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jboss.logging.Logger;
import org.keycloak.common.util.Retry;
import org.keycloak.models.AbstractKeycloakTransaction;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.KeycloakSessionFactory;
import org.keycloak.models.RealmModel;
import org.keycloak.models.utils.KeycloakModelUtils;

/** Runs steps after, or apart from, the transaction of a request. */
public final class Transactions {

  private static final Logger LOG = Logger.getLogger(Transactions.class);

  private static final int TRIES = 5;

  /** The back-off: at most twice as long before the second try, doubled before each further one. */
  private static final int PAUSE_MILLIS = 20;

  private Transactions() {}

  /**
   * Runs a step after the commit of the request's transaction and before the response; not after a
   * rollback. Keycloak logs an exception of the step and ignores it otherwise.
   */
  public static void afterCommit(KeycloakSession session, Runnable step) {
    session
        .getTransactionManager()
        .enlistAfterCompletion(
            new AbstractKeycloakTransaction() {
              @Override
              protected void commitImpl() {
                step.run();
              }

              @Override
              protected void rollbackImpl() {
                // The change that the step follows was not committed.
              }
            });
  }

  /**
   * Runs a step in a new transaction, which is committed even if that of the request is rolled
   * back.
   *
   * @param step its argument is a new session with the realm set; it must not use models of another
   *     session
   */
  public static <T> T inNewTransaction(
      KeycloakSessionFactory factory, RealmModel realm, Function<KeycloakSession, T> step) {
    String realmId = realm.getId();
    return KeycloakModelUtils.runJobInTransactionWithResult(
        factory,
        own -> {
          own.getContext().setRealm(own.realms().getRealm(realmId));
          return step.apply(own);
        });
  }

  /**
   * Runs a step again until it succeeds, within about half a second: up to five times, before
   * Keycloak 26.7 as often as that time allows. If two requests change a session concurrently,
   * Keycloak fails one of them with a conflict (409), and a termination has no client that retries
   * it. An interrupted thread stays interrupted, and does not try again.
   *
   * @param step idempotent, in a transaction of its own
   * @throws RuntimeException of the last try
   */
  public static <T> T retryOnConflict(Supplier<T> step) {
    List<T> result = new ArrayList<>(1);
    try {
      Retry.executeWithBackoff(
          attempt -> result.add(step.get()),
          (attempt, failure) -> {
            LOG.debugf(failure, "Try %d failed", attempt + 1);
            restoreInterruption(failure);
          },
          TRIES,
          PAUSE_MILLIS);
    } catch (RuntimeException failed) {
      // Before Keycloak 26.7, an interruption of the pause clears the flag of the thread.
      restoreInterruption(failed);
      throw failed;
    }
    return result.get(0);
  }

  private static void restoreInterruption(Throwable failure) {
    if (Stream.iterate(failure, cause -> cause != null, Throwable::getCause)
        .anyMatch(InterruptedException.class::isInstance)) {
      Thread.currentThread().interrupt();
    }
  }
}
