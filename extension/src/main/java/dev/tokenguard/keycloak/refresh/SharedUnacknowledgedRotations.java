package dev.tokenguard.keycloak.refresh;

import dev.tokenguard.keycloak.support.LogText;
import dev.tokenguard.keycloak.support.Transactions;
import dev.tokenguard.rotation.RotationRequest;
import dev.tokenguard.rotation.RotationService.UnacknowledgedRotations;
import dev.tokenguard.rotation.TokenPosition;
import java.util.List;
import java.util.Map;
import org.jboss.logging.Logger;
import org.keycloak.models.AbstractKeycloakTransaction;
import org.keycloak.models.KeycloakSession;

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

  @Override
  public void record(TokenPosition presented, String attempt) {
    put(presented.family(), List.of(key(presented, attempt), key(presented.family(), attempt)));
  }

  @Override
  public void recordGranted(String family, String attempt) {
    put(family, List.of(key(family, attempt)));
  }

  /** In a new transaction, because that of the request is rolled back. */
  private void put(String family, List<String> keys) {
    try {
      Transactions.inNewTransaction(
          session.getKeycloakSessionFactory(),
          session.getContext().getRealm(),
          own -> {
            keys.forEach(key -> own.singleUseObjects().put(key, KEPT_FOR.toSeconds(), Map.of()));
            return null;
          });
    } catch (RuntimeException failed) {
      LOG.warn(
          LogText.of(
              "A refresh of family %s without a response of Redis is not recorded: its retry is"
                  + " accepted within the grace period only, and a reuse is not reported",
              family),
          failed);
    }
  }

  @Override
  public boolean contains(TokenPosition presented, String attempt) {
    return session.singleUseObjects().contains(key(presented, attempt));
  }

  /** Removes the record only if there is one, because further requests of a thief cost a lookup. */
  @Override
  public boolean take(String family, String attempt) {
    String key = key(family, attempt);
    try {
      return session.singleUseObjects().contains(key)
          && Transactions.inNewTransaction(
              session.getKeycloakSessionFactory(),
              session.getContext().getRealm(),
              own -> own.singleUseObjects().remove(key) != null);
    } catch (RuntimeException failed) {
      LOG.warn(
          LogText.of("It is unknown whether a reuse of family %s was reported", family), failed);
      return false;
    }
  }

  private static String key(TokenPosition presented, String attempt) {
    return key(presented.family(), presented.generation() + ":" + attempt);
  }

  private static String key(String family, String attempt) {
    return "token-guard.unacknowledged:" + family + ":" + attempt;
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
