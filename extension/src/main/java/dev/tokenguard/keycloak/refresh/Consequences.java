package dev.tokenguard.keycloak.refresh;

import dev.tokenguard.blacklist.Reason;
import dev.tokenguard.keycloak.revocation.Ending;
import dev.tokenguard.keycloak.revocation.Endings;
import dev.tokenguard.keycloak.revocation.RevokedAccessTokens;
import dev.tokenguard.rotation.AccessTokens;
import dev.tokenguard.rotation.Effect;
import dev.tokenguard.rotation.ReuseConsequence;
import dev.tokenguard.rotation.Revocation.ClientSession;
import dev.tokenguard.rotation.RotationRequest;
import java.util.List;
import java.util.Optional;
import org.jboss.logging.Logger;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.utils.KeycloakModelUtils;

/**
 * Ends what a refusal ends, in transactions of their own: the one of the request is rolled back.
 * The family itself was marked by the store with its decision.
 */
final class Consequences {

  private static final Logger LOG = Logger.getLogger(Consequences.class);

  private final KeycloakSession session;
  private final RotationRequest request;
  private final Reason reason;

  Consequences(KeycloakSession session, RotationRequest request, Effect.Label label) {
    this.session = session;
    this.request = request;
    this.reason =
        switch (label) {
          case REUSED -> Reason.REUSED;
          case MISMATCHED -> Reason.MISMATCHED;
          default -> Reason.REVOKED;
        };
  }

  /** Whatever goes wrong here, the refresh is refused and the event of it is written. */
  void carryOut(Effect.Refuse refuse) {
    refuse.revoke().ifPresent(this::revoke);
    refuse
        .end()
        .flatMap(this::ending)
        .ifPresent(new Endings(session, session.getContext().getRealm(), reason)::now);
  }

  private void revoke(AccessTokens tokens) {
    try {
      KeycloakModelUtils.runJobInTransaction(
          session.getKeycloakSessionFactory(),
          session.getContext(),
          own -> new RevokedAccessTokens(own, reason).add(tokens));
    } catch (RuntimeException failed) {
      LOG.errorf(
          failed,
          "The family %s of user %s is dead, but not its access tokens: session %s",
          request.presented().family(),
          request.userId(),
          request.session().id());
    }
  }

  private Optional<Ending> ending(ReuseConsequence what) {
    String userId = request.userId();
    RotationRequest.Session presented = request.session();
    return switch (what) {
      case REVOKE_FAMILY -> Optional.empty();
      case REVOKE_CLIENT_SESSION ->
          Optional.of(
              new Ending.OfClientSessions(
                  userId,
                  List.of(new ClientSession(presented.id(), presented.clientId())),
                  List.of()));
      case REVOKE_SESSION -> Optional.of(new Ending.OfSession(userId, presented.id()));
      case REVOKE_USER -> Optional.of(new Ending.OfUser(userId, List.of(), Optional.empty()));
    };
  }
}
