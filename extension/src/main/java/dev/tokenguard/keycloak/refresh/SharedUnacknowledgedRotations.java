package dev.tokenguard.keycloak.refresh;

import dev.tokenguard.keycloak.support.LogText;
import dev.tokenguard.keycloak.support.Transactions;
import dev.tokenguard.rotation.RotationService.UnacknowledgedRotations;
import dev.tokenguard.rotation.TokenPosition;
import java.util.Map;
import org.jboss.logging.Logger;
import org.keycloak.models.KeycloakSession;

/**
 * Shared by the nodes through Keycloak's single-use objects, like authorization codes and used
 * action tokens, because Redis is unavailable in this situation.
 */
final class SharedUnacknowledgedRotations implements UnacknowledgedRotations {

  private static final Logger LOG = Logger.getLogger(SharedUnacknowledgedRotations.class);

  private final KeycloakSession session;

  SharedUnacknowledgedRotations(KeycloakSession session) {
    this.session = session;
  }

  /** In a new transaction, because that of the request is rolled back. */
  @Override
  public void remember(TokenPosition presented, String attempt) {
    try {
      Transactions.inNewTransaction(
          session.getKeycloakSessionFactory(),
          session.getContext().getRealm(),
          own -> {
            own.singleUseObjects()
                .put(key(presented, attempt), REMEMBERED_FOR.toSeconds(), Map.of());
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

  private static String key(TokenPosition presented, String attempt) {
    return "token-guard.unanswered:"
        + presented.family()
        + ":"
        + presented.generation()
        + ":"
        + attempt;
  }
}
