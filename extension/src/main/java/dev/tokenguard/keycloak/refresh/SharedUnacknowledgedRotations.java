package dev.tokenguard.keycloak.refresh;

import dev.tokenguard.keycloak.support.LogText;
import dev.tokenguard.keycloak.support.Transactions;
import dev.tokenguard.rotation.TokenPosition;
import dev.tokenguard.rotation.UnacknowledgedRotations;
import java.util.Map;
import org.jboss.logging.Logger;
import org.keycloak.models.KeycloakSession;

/**
 * Remembered by the nodes of Keycloak among themselves, where it also keeps codes and used action
 * tokens: Redis is away when this matters.
 */
final class SharedUnacknowledgedRotations implements UnacknowledgedRotations {

  private static final Logger LOG = Logger.getLogger(SharedUnacknowledgedRotations.class);

  private final KeycloakSession session;

  SharedUnacknowledgedRotations(KeycloakSession session) {
    this.session = session;
  }

  /** The request is about to be refused, and all that belongs to it rolled back. */
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
              "A retry of family %s, generation %d, counts by the grace period alone",
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
