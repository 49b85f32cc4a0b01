package dev.tokenguard.keycloak.refresh;

import dev.tokenguard.keycloak.revocation.NamedFamilies;
import dev.tokenguard.keycloak.session.RevokedFamily;
import dev.tokenguard.keycloak.session.SessionTerminator;
import dev.tokenguard.keycloak.support.LogText;
import dev.tokenguard.revocation.Reason;
import dev.tokenguard.revocation.RevocationScope;
import dev.tokenguard.revocation.RevocationTarget;
import dev.tokenguard.revocation.RevocationTarget.ClientSession;
import dev.tokenguard.revocation.RevocationTarget.SessionKind;
import dev.tokenguard.rotation.AccessTokens;
import dev.tokenguard.rotation.RotationRequest;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jboss.logging.Logger;
import org.keycloak.models.KeycloakSession;

/**
 * Revokes and terminates what a refusal names, in transactions of their own: the one of the request
 * is rolled back. The store has marked the family with its decision. Each family is handled once: a
 * client that presents its tokens again causes no more than a look-up.
 */
final class ReuseHandler {

  private static final Logger LOG = Logger.getLogger(ReuseHandler.class);

  private final KeycloakSession session;
  private final RotationRequest request;
  private final NamedFamilies named;
  private final Reason reason;
  private final RevokedFamily family;

  ReuseHandler(
      KeycloakSession session, RotationRequest request, NamedFamilies named, Reason reason) {
    this.session = session;
    this.request = request;
    this.named = named;
    this.reason = reason;
    this.family = new RevokedFamily(session, session.getContext().getRealm(), reason);
  }

  /** A family that was marked revoked with this decision, and what depends on it. */
  void revoke(AccessTokens tokens) {
    if (named.begin(tokens)) {
      list(tokens);
      family.revokeDependents(request.userId(), request.presented().family());
    }
  }

  /** The access tokens of a family that was revoked before, and with it what depends on it. */
  void revokeAccessTokens(AccessTokens tokens) {
    if (named.begin(tokens)) {
      list(tokens);
    }
  }

  /** What the policy terminates beyond the family. */
  void terminate(RevocationScope scope) {
    target(scope)
        .ifPresent(new SessionTerminator(session, session.getContext().getRealm(), reason)::now);
  }

  /** Whatever fails here, the refresh is refused and its event is written. */
  private void list(AccessTokens tokens) {
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
  }

  /** The store has revoked the family with its decision, so nothing is left of that scope. */
  private Optional<RevocationTarget> target(RevocationScope scope) {
    String userId = request.userId();
    RotationRequest.Session presented = request.session();
    return Optional.ofNullable(
        Map.<RevocationScope, RevocationTarget>of(
                RevocationScope.CLIENT_SESSION,
                new RevocationTarget.ClientSessions(
                    userId,
                    List.of(new ClientSession(presented.id(), presented.clientId())),
                    List.of()),
                RevocationScope.SESSION,
                RevocationTarget.Sessions.of(userId, presented.id(), SessionKind.BOTH),
                RevocationScope.USER,
                new RevocationTarget.User(userId))
            .get(scope));
  }
}
