package dev.tokenguard.keycloak.refresh;

import dev.tokenguard.keycloak.support.LogText;
import dev.tokenguard.keycloak.support.Transactions;
import dev.tokenguard.rotation.RotationRequest;
import dev.tokenguard.rotation.RotationService.UnacknowledgedRotations;
import dev.tokenguard.rotation.TokenPosition;
import java.util.Map;
import org.jboss.logging.Logger;
import org.keycloak.models.AbstractKeycloakTransaction;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.SingleUseObjectProvider;

/**
 * Refreshes without a response: those that Redis may have executed, and those that Redis has
 * granted and Keycloak has failed. The client has no successor, so its retry is no reuse.
 *
 * <p>Shared by the nodes through Keycloak's single-use objects, like authorization codes and used
 * action tokens, because Redis is unavailable in this situation.
 */
final class SharedUnacknowledgedRotations implements UnacknowledgedRotations {

  private static final Logger LOG = Logger.getLogger(SharedUnacknowledgedRotations.class);

  private static final String GRANTED = GrantedRefresh.class.getName();

  private final KeycloakSession session;

  SharedUnacknowledgedRotations(KeycloakSession session) {
    this.session = session;
  }

  /**
   * Records a refresh that Redis has granted at the end of the current request, unless the response
   * {@linkplain #responseIsBuilt is built}: it cannot be built, another executor refuses it, or the
   * commit fails with a conflict.
   */
  void recordUnlessBuilt(RotationRequest request) {
    GrantedRefresh granted = new GrantedRefresh(request);
    session.setAttribute(GRANTED, granted);
    session.getTransactionManager().enlistAfterCompletion(granted);
  }

  /** Nothing can refuse the refresh any more; only the signing of its tokens remains. */
  static void responseIsBuilt(KeycloakSession session) {
    GrantedRefresh granted = session.getAttribute(GRANTED, GrantedRefresh.class);
    if (granted != null) {
      granted.isBuilt = true;
    }
  }

  /** In a new transaction, because that of the request is rolled back. */
  @Override
  public void record(TokenPosition presented, String attempt) {
    try {
      Transactions.inNewTransaction(
          session.getKeycloakSessionFactory(),
          session.getContext().getRealm(),
          own -> {
            SingleUseObjectProvider objects = own.singleUseObjects();
            objects.put(key(presented, attempt), KEPT_FOR.toSeconds(), Map.of());
            objects.put(key(presented.family()), KEPT_FOR.toSeconds(), Map.of());
            return null;
          });
    } catch (RuntimeException failed) {
      LOG.warn(
          LogText.of(
              "A retry of family %s, generation %d, is accepted within the grace period only",
              presented.family(), presented.generation()),
          failed);
    }
  }

  @Override
  public boolean contains(TokenPosition presented, String attempt) {
    return session.singleUseObjects().contains(key(presented, attempt));
  }

  /** In a new transaction, because that of a refusal is rolled back. */
  @Override
  public boolean forget(String family) {
    try {
      return Transactions.inNewTransaction(
          session.getKeycloakSessionFactory(),
          session.getContext().getRealm(),
          own -> own.singleUseObjects().remove(key(family)) != null);
    } catch (RuntimeException failed) {
      LOG.warn(
          LogText.of("It is unknown whether a reuse of family %s is reported", family), failed);
      return false;
    }
  }

  private static String key(TokenPosition presented, String attempt) {
    return key(presented.family()) + ":" + presented.generation() + ":" + attempt;
  }

  private static String key(String family) {
    return "token-guard.unacknowledged:" + family;
  }

  private final class GrantedRefresh extends AbstractKeycloakTransaction {

    private final RotationRequest request;
    private boolean isBuilt;

    private GrantedRefresh(RotationRequest request) {
      this.request = request;
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
      record(request.presented(), request.attempt().id());
    }
  }
}
