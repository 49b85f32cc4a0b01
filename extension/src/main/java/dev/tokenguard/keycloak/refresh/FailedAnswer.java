package dev.tokenguard.keycloak.refresh;

import dev.tokenguard.rotation.RotationRequest;
import dev.tokenguard.rotation.RotationService.UnacknowledgedRotations;
import org.keycloak.models.AbstractKeycloakTransaction;
import org.keycloak.models.KeycloakSession;

/**
 * A refresh that fails in Keycloak after Redis has granted it: the response cannot be built,
 * another executor refuses it, or the commit fails with a conflict. The client has no successor, so
 * its retry is no reuse.
 */
final class FailedAnswer extends AbstractKeycloakTransaction {

  private static final String ATTRIBUTE = FailedAnswer.class.getName();

  private final RotationRequest request;
  private final UnacknowledgedRotations unanswered;
  private boolean isBuilt;

  private FailedAnswer(RotationRequest request, UnacknowledgedRotations unanswered) {
    this.request = request;
    this.unanswered = unanswered;
  }

  /**
   * Records the current request as unanswered at its end, unless the response {@linkplain #isBuilt
   * is built}.
   */
  static void remember(
      KeycloakSession session, RotationRequest request, UnacknowledgedRotations unanswered) {
    FailedAnswer failed = new FailedAnswer(request, unanswered);
    session.setAttribute(ATTRIBUTE, failed);
    session.getTransactionManager().enlistAfterCompletion(failed);
  }

  /** Nothing can refuse the refresh any more; only the signing of its tokens remains. */
  static void isBuilt(KeycloakSession session) {
    FailedAnswer failed = session.getAttribute(ATTRIBUTE, FailedAnswer.class);
    if (failed != null) {
      failed.isBuilt = true;
    }
  }

  /** Up to 26.7, Keycloak also commits the transaction of an error response. */
  @Override
  protected void commitImpl() {
    if (!isBuilt) {
      rollbackImpl();
    }
  }

  @Override
  protected void rollbackImpl() {
    unanswered.remember(request.presented(), request.attempt().id());
  }
}
