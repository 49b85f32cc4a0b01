package dev.tokenguard.keycloak.refresh;

import dev.tokenguard.keycloak.events.IncidentReport;
import dev.tokenguard.keycloak.refresh.ReuseHandler.ListedFamilies;
import dev.tokenguard.keycloak.revocation.RevokedAccessTokens;
import dev.tokenguard.keycloak.support.LogText;
import dev.tokenguard.keycloak.support.Transactions;
import dev.tokenguard.revocation.IncidentLog.Incident;
import dev.tokenguard.revocation.Revocation.Reason;
import dev.tokenguard.rotation.RefreshDecision;
import dev.tokenguard.rotation.RefreshDecision.Denied;
import dev.tokenguard.rotation.RefreshDecision.Kept;
import dev.tokenguard.rotation.RefreshDecision.Mismatched;
import dev.tokenguard.rotation.RefreshDecision.Outcome;
import dev.tokenguard.rotation.RefreshDecision.Refused;
import dev.tokenguard.rotation.RefreshDecision.Replayed;
import dev.tokenguard.rotation.RefreshDecision.Reused;
import dev.tokenguard.rotation.RefreshDecision.Revoked;
import dev.tokenguard.rotation.RefreshDecision.Rotated;
import dev.tokenguard.rotation.RefreshDecision.SuccessorToken;
import dev.tokenguard.rotation.RefreshDecision.Throttled;
import dev.tokenguard.rotation.RefreshDecision.Unavailable;
import dev.tokenguard.rotation.RefreshDecision.Unguarded;
import dev.tokenguard.rotation.RotationPolicy;
import dev.tokenguard.rotation.RotationRequest;
import dev.tokenguard.rotation.TokenFamily.AccessTokens;
import dev.tokenguard.rotation.TokenPosition;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.Response.Status;
import java.time.Duration;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import org.jboss.logging.Logger;
import org.keycloak.OAuthErrorException;
import org.keycloak.events.EventBuilder;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.utils.KeycloakModelUtils;
import org.keycloak.protocol.oidc.TokenManager.AccessTokenResponseBuilder;
import org.keycloak.protocol.oidc.grants.OAuth2GrantType;
import org.keycloak.representations.RefreshToken;
import org.keycloak.services.CorsErrorResponseException;

/**
 * Executes a decision, for three audiences: the client gets a short, neutral response (the same for
 * every refusal, so that it does not reveal the reason), the event has the ids, and the log has the
 * reason.
 *
 * <p>A refusal is thrown, and its transaction is rolled back, as in Keycloak 26.8: a refused
 * refresh changes nothing in the session, not even the time of its last refresh.
 */
final class RefreshResponder implements RefreshDecision.Visitor {

  static final String NEUTRAL = "Invalid refresh token";

  private static final Logger LOG = Logger.getLogger(RefreshResponder.class);

  /** Registered for the token endpoint by RFC 8628, section 3.5: retry less often. */
  private static final String SLOW_DOWN = "slow_down";

  private final KeycloakSession session;
  private final OAuth2GrantType.Context grant;
  private final RefreshToken presented;
  private final AccessTokenResponseBuilder response;
  private final RotationRequest request;
  private final RotationPolicy policy;
  private final ListedFamilies listed;

  RefreshResponder(
      KeycloakSession session,
      OAuth2GrantType.Context grant,
      RefreshToken presented,
      AccessTokenResponseBuilder response,
      RotationRequest request,
      RotationPolicy policy,
      ListedFamilies listed) {
    this.session = session;
    this.grant = grant;
    this.presented = presented;
    this.response = response;
    this.request = request;
    this.policy = policy;
    this.listed = listed;
  }

  @Override
  public void rotated(Rotated decision) {
    issue(decision, decision.successor());
    decision.revokedBy(policy).ifPresent(this::revokeAfterCommit);
  }

  @Override
  public void replayed(Replayed decision) {
    issue(decision, decision.successor());
  }

  @Override
  public void kept(Kept decision) {
    if (decision.same().isPresent()) {
      repeat(decision, OptionalLong.of(decision.same().get().replay()));
      return;
    }
    keep(decision);
    new IssuedTokens(session)
        .register(request.userId(), request.presented().tag(), response.getAccessToken());
  }

  @Override
  public void unguarded(Unguarded decision) {
    if (decision.issued().isPresent()) {
      issue(decision, decision.issued().get());
      LineageClaims.markUnrecorded(response.getRefreshToken(), request.presentedIssuedAt());
    } else if (policy.rotates() || response.getRefreshToken() == null) {
      keep(decision);
    } else {
      repeat(decision, OptionalLong.empty());
    }
  }

  @Override
  public void reused(Reused decision) {
    ReuseHandler handler = refuse(Reason.REUSED);
    handler.revoke(decision.revoked());
    handler.terminate(policy.onReuse());
    throw incident(decision, Incident.Type.REUSE);
  }

  @Override
  public void mismatched(Mismatched decision) {
    ReuseHandler handler = refuse(Reason.MISMATCHED);
    decision.accessTokens().ifPresent(handler::revoke);
    throw incident(decision, Incident.Type.MISMATCH);
  }

  @Override
  public void revoked(Revoked decision) {
    ReuseHandler handler = refuse(Reason.REVOKED);
    decision.accessTokens().ifPresent(handler::revokeAccessTokens);
    throw refusal(decision);
  }

  @Override
  public void denied(Denied decision) {
    session.getTransactionManager().setRollbackOnly();
    throw refusal(decision);
  }

  @Override
  public void throttled(Throttled decision) {
    throw postponed(
        decision,
        decision.retryAfter(),
        new CorsErrorResponseException(
            grant.getCors(), SLOW_DOWN, "Too many refreshes", Status.TOO_MANY_REQUESTS));
  }

  @Override
  public void unavailable(Unavailable decision) {
    throw postponed(
        decision,
        decision.retryAfter(),
        new CorsErrorResponseException(
            grant.getCors(),
            OAuthErrorException.TEMPORARILY_UNAVAILABLE,
            "Try again later",
            Status.SERVICE_UNAVAILABLE));
  }

  private void issue(RefreshDecision decision, SuccessorToken successor) {
    TokenPosition position = request.presented().at(successor.generation());
    LineageClaims.continueAt(
        position, successor, presented, response.getRefreshToken(), response.getAccessToken());
    event(decision).detail("refresh_token_generation_issued", Long.toString(position.generation()));
  }

  /** The policy does not rotate. */
  private void repeat(RefreshDecision decision, OptionalLong replay) {
    LineageClaims.repeat(
        request.presented(),
        replay,
        presented,
        response.getRefreshToken(),
        response.getAccessToken());
    event(decision);
  }

  /** The new token keeps the position of the presented one. */
  private void keep(RefreshDecision decision) {
    if (response.getRefreshToken() != null) {
      LineageClaims.keepAt(request.presented(), presented, response.getRefreshToken());
      LineageClaims.markUnrecorded(response.getRefreshToken(), request.presentedIssuedAt());
    }
    event(decision);
  }

  /** Revokes the replaced access token after the commit, when the new one is certain. */
  private void revokeAfterCommit(AccessTokens replaced) {
    Transactions.afterCommit(
        session,
        () ->
            KeycloakModelUtils.runJobInTransaction(
                session.getKeycloakSessionFactory(),
                session.getContext(),
                own -> new RevokedAccessTokens(own, Reason.ROTATED).add(replaced)));
  }

  private ReuseHandler refuse(Reason reason) {
    session.getTransactionManager().setRollbackOnly();
    return new ReuseHandler(session, request, listed, reason);
  }

  /** A refusal that is also an incident for administrators. */
  private CorsErrorResponseException incident(Refused decision, Incident.Type type) {
    CorsErrorResponseException refusal = refusal(decision);
    IncidentReport report = new IncidentReport(session, grant.getRealm());
    report.store(grant.getEvent().getEvent(), errorOf(decision));
    String reason = decision.reason(policy);
    // Null if the client has closed the connection.
    String remoteHost = Objects.toString(grant.getClientConnection().getRemoteHost(), "");
    TokenPosition position = request.presented();
    report.write(
        new Incident(
            type,
            new Incident.Origin(
                request.userId(),
                grant.getClient().getClientId(),
                request.session().id(),
                remoteHost),
            Optional.of(
                new Incident.Lineage(position.family(), position.generation(), decision.newest())),
            reason));
    if (decision.accessTokens().isPresent()) {
      LOG.warn(
          LogText.of(
              "Refresh token %s (%s): realm %s, client %s, user %s, session %s, family %s,"
                  + " presented generation %d, newest %d, from %s",
              decision.outcome().id(),
              reason,
              grant.getRealm().getName(),
              grant.getClient().getClientId(),
              request.userId(),
              request.session().id(),
              position.family(),
              position.generation(),
              decision.newest().orElse(-1),
              remoteHost));
    }
    return refusal;
  }

  private CorsErrorResponseException refusal(Refused decision) {
    EventBuilder event = event(decision).detail("reason", decision.reason(policy));
    decision
        .newest()
        .ifPresent(it -> event.detail("refresh_token_generation_newest", Long.toString(it)));
    event.error(errorOf(decision));
    return new CorsErrorResponseException(
        grant.getCors(), OAuthErrorException.INVALID_GRANT, NEUTRAL, Status.BAD_REQUEST);
  }

  private CorsErrorResponseException postponed(
      RefreshDecision decision, Duration retryAfter, CorsErrorResponseException answer) {
    session.getTransactionManager().setRollbackOnly();
    event(decision).error(errorOf(decision));
    // Whole seconds, rounded up, so that one wait is sufficient.
    long seconds = Math.max(1, retryAfter.plusMillis(999).toSeconds());
    grant.getResponse().setHeader(HttpHeaders.RETRY_AFTER, Long.toString(seconds));
    // Lets scripts of another origin read it.
    grant.getCors().exposedHeaders(HttpHeaders.RETRY_AFTER);
    return answer;
  }

  private EventBuilder event(RefreshDecision decision) {
    TokenPosition position = request.presented();
    EventBuilder event =
        grant
            .getEvent()
            .user(request.userId())
            .session(request.session().id())
            .detail("rotation", decision.outcome().id())
            .detail("refresh_token_family", position.family())
            .detail("refresh_token_generation", Long.toString(position.generation()));
    decision.observed().map(Outcome::id).ifPresent(it -> event.detail("rotation_observed", it));
    return event;
  }

  private static String errorOf(RefreshDecision decision) {
    return "refresh_token_" + decision.outcome().name().toLowerCase(Locale.ROOT);
  }
}
