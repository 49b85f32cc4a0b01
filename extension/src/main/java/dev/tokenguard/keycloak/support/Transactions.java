package dev.tokenguard.keycloak.support;

import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jboss.logging.Logger;
import org.keycloak.common.util.Retry;
import org.keycloak.models.AbstractKeycloakTransaction;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.KeycloakSessionFactory;
import org.keycloak.models.RealmModel;
import org.keycloak.models.utils.KeycloakModelUtils;

/** Steps beside or after the transaction of a request. */
public final class Transactions {

  private static final Logger LOG = Logger.getLogger(Transactions.class);

  static final int TRIES = 5;

  /** Before the second try at most twice as long, and twice that before each further one. */
  private static final int PAUSE_MILLIS = 20;

  private Transactions() {}

  /**
   * Runs a step once the request's transaction is committed, and before its answer goes out; not at
   * all when it is rolled back. What the step throws, Keycloak logs.
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
                // What the step would have followed has not happened.
              }
            });
  }

  /**
   * Runs a step in a transaction of its own, committed or rolled back whatever becomes of the
   * request.
   *
   * @param step is given a session with the realm set; models of other sessions are not its
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
   * Runs a step that may fail by a conflict, up to five times within about half a second. Where two
   * requests change a session at once, the database lets one go first, and Keycloak fails the other
   * one (409). A client would retry; nobody retries a termination.
   *
   * @param step in a transaction of its own, and as good when it runs twice
   * @throws RuntimeException that of the last try
   */
  public static <T> T retryOnConflict(Supplier<T> step) {
    AtomicReference<T> result = new AtomicReference<>();
    Retry.executeWithBackoff(
        attempt -> result.set(step.get()),
        (attempt, failure) -> LOG.debugf(failure, "Try %d of %d failed", attempt + 1, TRIES),
        TRIES,
        PAUSE_MILLIS);
    return result.get();
  }
}
