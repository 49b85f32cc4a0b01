package dev.tokenguard.keycloak;

import org.keycloak.models.AbstractKeycloakTransaction;
import org.keycloak.models.KeycloakSession;

/** What is done once the request's transaction is committed, and before its answer goes out. */
public final class AfterCommit extends AbstractKeycloakTransaction {

  private final Runnable step;

  private AfterCommit(Runnable step) {
    this.step = step;
  }

  /** Not at all when the transaction is rolled back. What the step throws, Keycloak logs. */
  public static void of(KeycloakSession session, Runnable step) {
    session.getTransactionManager().enlistAfterCompletion(new AfterCommit(step));
  }

  @Override
  protected void commitImpl() {
    step.run();
  }

  @Override
  protected void rollbackImpl() {
    // What the step would have followed has not happened.
  }
}
