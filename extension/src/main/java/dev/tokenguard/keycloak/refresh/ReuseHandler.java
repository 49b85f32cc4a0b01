package dev.tokenguard.keycloak.refresh;

import dev.tokenguard.keycloak.revocation.NamedFamilies;
import dev.tokenguard.keycloak.session.RevokedFamily;
import dev.tokenguard.keycloak.session.SessionTerminator;
import dev.tokenguard.keycloak.session.TerminationTarget;
import dev.tokenguard.keycloak.support.LogText;
import dev.tokenguard.revocation.Reason;
import dev.tokenguard.revocation.RevocationScope;
import dev.tokenguard.rotation.AccessTokens;
import dev.tokenguard.rotation.Effect;
import dev.tokenguard.rotation.Effect.Label;
import dev.tokenguard.rotation.Revocation.ClientSession;
import dev.tokenguard.rotation.Revocation.SessionKind;
import dev.tokenguard.rotation.RotationRequest;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jboss.logging.Logger;
import org.keycloak.models.KeycloakSession;

/**
 * Revokes and terminates what a refusal names, in transactions of their own: the one of the request
 * is rolled back. The family itself was marked by the store with its decision.
 */
final class ReuseHandler {

  private static final Logger LOG = Logger.getLogger(ReuseHandler.class);

  private final KeycloakSession session;
  private final RotationRequest request;
  private final NamedFamilies named;
  private final Label label;
  private final Reason reason;

  ReuseHandler(KeycloakSession session, RotationRequest request, NamedFamilies named, Label label) {
    this.session = session;
    this.request = request;
    this.named = named;
    this.label = label;
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
        .flatMap(this::target)
        .ifPresent(new SessionTerminator(session, session.getContext().getRealm(), reason)::now);
  }

  /** Once for each family: whoever presents its tokens again does no more than a look-up. */
  private void revoke(AccessTokens tokens) {
    if (!named.begin(tokens)) {
      return;
    }
    RevokedFamily family = new RevokedFamily(session, session.getContext().getRealm(), reason);
    try {
      family.name(tokens);
    } catch (RuntimeException failed) {
      named.failed(tokens);
      LOG.error(
          LogText.of(
              "A family is revoked, but not all of its access tokens are (%s): user %s, session %s,"
                  + " family %s",
              failed, request.userId(), request.session().id(), request.presented().family()));
    }
    // Whoever revoked it before has revoked what depends on it.
    if (label != Label.REVOKED) {
      family.revokeDependents(request.userId(), request.presented().family());
    }
  }

  /** The store has revoked the family with its decision, so nothing is left of that scope. */
  private Optional<TerminationTarget> target(RevocationScope scope) {
    String userId = request.userId();
    RotationRequest.Session presented = request.session();
    return Optional.ofNullable(
        Map.<RevocationScope, TerminationTarget>of(
                RevocationScope.CLIENT_SESSION,
                new TerminationTarget.OfClientSessions(
                    userId,
                    List.of(new ClientSession(presented.id(), presented.clientId())),
                    List.of()),
                RevocationScope.SESSION,
                new TerminationTarget.OfSession(userId, presented.id(), SessionKind.BOTH),
                RevocationScope.USER,
                new TerminationTarget.OfUser(userId, List.of(), Optional.empty()))
            .get(scope));
  }
}
