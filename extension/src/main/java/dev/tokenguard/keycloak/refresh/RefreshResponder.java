package dev.tokenguard.keycloak.refresh;

import dev.tokenguard.config.Setting;
import dev.tokenguard.keycloak.incident.IncidentReport;
import dev.tokenguard.keycloak.incident.StoredAlarms;
import dev.tokenguard.keycloak.revocation.NamedFamilies;
import dev.tokenguard.keycloak.revocation.RevokedAccessTokens;
import dev.tokenguard.keycloak.support.LogText;
import dev.tokenguard.keycloak.support.Transactions;
import dev.tokenguard.keycloak.tokens.LineageClaims;
import dev.tokenguard.keycloak.tokens.RegisteredAccessToken;
import dev.tokenguard.revocation.Incident;
import dev.tokenguard.revocation.Reason;
import dev.tokenguard.rotation.AccessTokens;
import dev.tokenguard.rotation.Effect;
import dev.tokenguard.rotation.Effect.Label;
import dev.tokenguard.rotation.RotationRequest;
import dev.tokenguard.rotation.TokenPosition;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.Response;
import java.time.Duration;
import java.util.Locale;
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
 * Carries an effect out, for three audiences: the client reads a short, neutral answer (the same
 * for every refusal, so a thief learns nothing), the event has the ids, and the log says why.
 */
final class RefreshResponder {

  static final String NEUTRAL = "Invalid refresh token";

  private static final Logger LOG = Logger.getLogger(RefreshResponder.class);

  /** RFC 8628 registers it for the token endpoint: ask again, but not as often. */
  private static final String SLOW_DOWN = "slow_down";

  private final KeycloakSession session;
  private final OAuth2GrantType.Context grant;
  private final RotationRequest request;
  private final NamedFamilies named;

  RefreshResponder(
      KeycloakSession session,
      OAuth2GrantType.Context grant,
      RotationRequest request,
      NamedFamilies named) {
    this.session = session;
    this.grant = grant;
    this.request = request;
    this.named = named;
  }

  void issue(Effect.Issue issue, AccessTokenResponseBuilder response) {
    TokenPosition place = request.presented().at(issue.child().generation());
    LineageClaims.continueAt(
        place,
        issue.child(),
        request.accessToken().loginPrefix(),
        response.getRefreshToken(),
        response.getAccessToken());
    if (issue.label() == Label.UNGUARDED) {
      LineageClaims.markUnrecorded(response.getRefreshToken(), request.presentedIssuedAt());
    }
    issue.revoke().ifPresent(this::revokeWhenCommitted);
    EventBuilder event = event(issue.label());
    event.detail("refresh_token_generation_issued", Long.toString(place.generation()));
    issue.observed().ifPresent(label -> event.detail("rotation_observed", Setting.id(label)));
  }

  /** The token that Keycloak made stays at the place of the presented one. */
  void keep(Effect.Keep keep, RefreshToken presented, AccessTokenResponseBuilder response) {
    if (response.getRefreshToken() != null) {
      LineageClaims.keepAt(request.presented(), presented, response.getRefreshToken());
      LineageClaims.markUnrecorded(response.getRefreshToken(), request.presentedIssuedAt());
    }
    if (keep.label() == Label.KEPT) {
      new RegisteredAccessToken(session)
          .register(request.userId(), request.presented().tag(), response.getAccessToken());
    }
    EventBuilder event = event(keep.label());
    keep.observed().ifPresent(label -> event.detail("rotation_observed", Setting.id(label)));
  }

  /** The replaced access token is revoked once the new one is sure to be handed out. */
  private void revokeWhenCommitted(AccessTokens replaced) {
    Transactions.afterCommit(
        session,
        () ->
            KeycloakModelUtils.runJobInTransaction(
                session.getKeycloakSessionFactory(),
                session.getContext(),
                own -> new RevokedAccessTokens(own, Reason.ROTATED).add(replaced)));
  }

  CorsErrorResponseException refuse(Effect.Refuse refuse) {
    // Also what 26.8 does: a refused refresh leaves no trace in the session, not even its time.
    session.getTransactionManager().setRollbackOnly();
    new ReuseHandler(session, request, named, refuse.label()).carryOut(refuse);
    EventBuilder event = event(refuse.label());
    event.detail("reason", refuse.reason());
    if (refuse.newest() != Effect.Refuse.UNKNOWN) {
      event.detail("refresh_token_generation_newest", Long.toString(refuse.newest()));
    }
    event.error(errorOf(refuse.label()));
    if (refuse.label() == Label.REUSED || refuse.label() == Label.MISMATCHED) {
      StoredAlarms.add(session, grant.getRealm(), event.getEvent(), errorOf(refuse.label()));
    }
    incidentIn(refuse).ifPresent(new IncidentReport(session, grant.getRealm())::write);
    if (refuse.label() != Label.REVOKED && refuse.revoke().isPresent()) {
      LOG.warn(
          LogText.of(
              "Refresh token %s (%s): realm %s, client %s, user %s, session %s, family %s,"
                  + " presented generation %d, newest %d, from %s",
              Setting.id(refuse.label()),
              refuse.reason(),
              grant.getRealm().getName(),
              grant.getClient().getClientId(),
              request.userId(),
              request.session().id(),
              request.presented().family(),
              request.presented().generation(),
              refuse.newest(),
              grant.getClientConnection().getRemoteHost()));
    }
    return new CorsErrorResponseException(
        grant.getCors(), OAuthErrorException.INVALID_GRANT, NEUTRAL, Response.Status.BAD_REQUEST);
  }

  private Optional<Incident> incidentIn(Effect.Refuse refuse) {
    Optional<Incident.Type> type =
        switch (refuse.label()) {
          case REUSED -> Optional.of(Incident.Type.REUSE);
          case MISMATCHED -> Optional.of(Incident.Type.MISMATCH);
          default -> Optional.empty();
        };
    TokenPosition presented = request.presented();
    return type.map(
        it ->
            new Incident(
                it,
                new Incident.Origin(
                    request.userId(),
                    grant.getClient().getClientId(),
                    request.session().id(),
                    grant.getClientConnection().getRemoteHost()),
                Optional.of(
                    new Incident.Lineage(
                        presented.family(), presented.generation(), newestIn(refuse))),
                refuse.reason()));
  }

  private static OptionalLong newestIn(Effect.Refuse refuse) {
    return refuse.newest() == Effect.Refuse.UNKNOWN
        ? OptionalLong.empty()
        : OptionalLong.of(refuse.newest());
  }

  CorsErrorResponseException postpone(Effect.Postpone postpone) {
    session.getTransactionManager().setRollbackOnly();
    event(postpone.label()).error(errorOf(postpone.label()));
    grant.getResponse().setHeader(HttpHeaders.RETRY_AFTER, seconds(postpone.retryAfter()));
    // A page at another origin may not read it otherwise.
    grant.getCors().exposedHeaders(HttpHeaders.RETRY_AFTER);
    return postpone.label() == Label.THROTTLED
        ? new CorsErrorResponseException(
            grant.getCors(), SLOW_DOWN, "Too many refreshes", Response.Status.TOO_MANY_REQUESTS)
        : new CorsErrorResponseException(
            grant.getCors(),
            OAuthErrorException.TEMPORARILY_UNAVAILABLE,
            "Try again later",
            Response.Status.SERVICE_UNAVAILABLE);
  }

  private EventBuilder event(Label label) {
    TokenPosition presented = request.presented();
    return grant
        .getEvent()
        .user(request.userId())
        .session(request.session().id())
        .detail("rotation", Setting.id(label))
        .detail("refresh_token_family", presented.family())
        .detail("refresh_token_generation", Long.toString(presented.generation()));
  }

  private static String errorOf(Label label) {
    return "refresh_token_" + label.name().toLowerCase(Locale.ROOT);
  }

  /** Whole seconds, rounded up: a client that waits so long is not asked to wait again. */
  private static String seconds(Duration duration) {
    return Long.toString(Math.max(1, duration.plusMillis(999).toSeconds()));
  }
}
