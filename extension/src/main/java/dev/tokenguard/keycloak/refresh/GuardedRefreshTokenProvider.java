package dev.tokenguard.keycloak.refresh;

import dev.tokenguard.keycloak.connection.RedisConnection;
import dev.tokenguard.keycloak.policy.EffectivePolicy;
import dev.tokenguard.keycloak.support.Transactions;
import dev.tokenguard.keycloak.tokens.LineageClaims;
import dev.tokenguard.keycloak.tokens.SubjectToken;
import dev.tokenguard.rotation.ContextMatch;
import dev.tokenguard.rotation.RefreshDecision;
import dev.tokenguard.rotation.RefreshDecision.Outcome;
import dev.tokenguard.rotation.RotationPolicy;
import dev.tokenguard.rotation.RotationRequest;
import dev.tokenguard.rotation.RotationService;
import jakarta.ws.rs.core.Response;
import java.util.Optional;
import java.util.Set;
import org.keycloak.OAuthErrorException;
import org.keycloak.events.Details;
import org.keycloak.events.EventBuilder;
import org.keycloak.models.AuthenticatedClientSessionModel;
import org.keycloak.models.ClientModel;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;
import org.keycloak.protocol.oidc.TokenManager.AccessTokenResponseBuilder;
import org.keycloak.protocol.oidc.grants.OAuth2GrantType;
import org.keycloak.protocol.oidc.refresh.DefaultRefreshTokenProvider;
import org.keycloak.protocol.oidc.refresh.InitialRefreshTokenContext;
import org.keycloak.protocol.oidc.refresh.RefreshTokenContext;
import org.keycloak.protocol.oidc.refresh.RefreshTokenException;
import org.keycloak.representations.RefreshToken;
import org.keycloak.services.CorsErrorResponseException;

/**
 * Rotates for clients with a policy, and looks up each token that was issued under one. All of
 * Keycloak's own checks stay and come first; the store is asked last, when the child is ready to be
 * signed.
 */
final class GuardedRefreshTokenProvider extends DefaultRefreshTokenProvider {

  private static final String NOT_ACTIVE = "Session not active";

  /**
   * How Keycloak refuses a token whose client session was terminated with its family. Its own words
   * would tell a thief more; where it chooses others, the client reads those.
   */
  private static final Set<String> TERMINATED =
      Set.of(
          NOT_ACTIVE,
          "Session doesn't have required client",
          "Offline user session not found",
          "refresh token issued before the client session started");

  private final RefreshObservers observers;
  private boolean isRefresh;

  GuardedRefreshTokenProvider(KeycloakSession session, RefreshObservers observers) {
    super(session);
    this.observers = observers;
  }

  /**
   * Also without a policy, for a token with lineage: what was revoked stays revoked, whatever the
   * policies say about the request at hand.
   */
  @Override
  public boolean supports(RefreshTokenContext context) {
    isRefresh =
        super.supports(context)
            && RedisConnection.familiesOf(session).isPresent()
            && (EffectivePolicy.of(session).isPresent()
                || LineageClaims.areIn(context.oldRefreshToken()));
    return isRefresh;
  }

  /** The child of a refresh is made by Keycloak's provider and put at its place afterwards. */
  @Override
  public boolean supports(InitialRefreshTokenContext context) {
    return !isRefresh
        && EffectivePolicy.of(session).isPresent()
        && RedisConnection.familiesOf(session).isPresent();
  }

  /** The refresh token of a login, or of a token exchange; recorded once it is committed. */
  @Override
  public RefreshToken generateRefreshToken(InitialRefreshTokenContext context) {
    RefreshToken token = super.generateRefreshToken(context);
    RotationPolicy policy = EffectivePolicy.of(session).orElseThrow();
    AuthenticatedClientSessionModel clientSession = context.clientSessionCtx().getClientSession();
    LineageClaims.begin(
        token,
        context.responseBuilder().getAccessToken(),
        policy.bindTo() == ContextMatch.NONE
            ? Optional.empty()
            : Optional.of(RotationRequestFactory.contextOf(session)));
    RotationRequestFactory.capLifetime(token, policy, clientSession.getUserSession());
    RotationRequest login =
        RotationRequestFactory.ofLogin(
            session,
            clientSession,
            token,
            context.responseBuilder().getAccessToken(),
            SubjectToken.of(session).map(SubjectToken::tag));
    Transactions.afterCommit(session, new LoginRecorder(session, login, policy)::tell);
    return token;
  }

  @Override
  public AccessTokenResponseBuilder refreshAccessToken(RefreshTokenContext context)
      throws OAuthErrorException {
    try {
      return super.refreshAccessToken(context);
    } catch (OAuthErrorException refused) {
      if (TERMINATED.contains(refused.getDescription())) {
        throw terminated(context, refused);
      }
      throw refused;
    }
  }

  /**
   * The client session is terminated with the last family in it, and Keycloak takes its session for
   * inactive while that is committed; the answer stays neutral.
   */
  private CorsErrorResponseException terminated(
      RefreshTokenContext context, OAuthErrorException refused) {
    // Keycloak removes a session that it finds invalid.
    if (!NOT_ACTIVE.equals(refused.getDescription())) {
      session.getTransactionManager().setRollbackOnly();
    }
    observers.metrics().count(Outcome.REVOKED);
    OAuth2GrantType.Context grant = context.grantContext();
    EventBuilder event =
        grant
            .getEvent()
            .detail("rotation", Outcome.REVOKED.id())
            .detail(Details.REASON, refused.getDescription());
    LineageClaims.placeOf(context.oldRefreshToken())
        .ifPresent(
            place ->
                event
                    .detail("refresh_token_family", place.family())
                    .detail("refresh_token_generation", Long.toString(place.generation())));
    event.error("refresh_token_revoked");
    return new CorsErrorResponseException(
        grant.getCors(),
        OAuthErrorException.INVALID_GRANT,
        RefreshResponder.NEUTRAL,
        Response.Status.BAD_REQUEST);
  }

  @Override
  protected void afterRefreshTokenGenerated(
      RefreshTokenContext context, AccessTokenResponseBuilder response) {
    Optional<RotationPolicy> inForce = EffectivePolicy.of(session);
    observe(context, inForce);
    decide(context, response, inForce.orElse(RotationPolicy.LOOKUP));
    super.afterRefreshTokenGenerated(context, response);
  }

  private void observe(RefreshTokenContext context, Optional<RotationPolicy> inForce) {
    RealmModel realm = context.grantContext().getRealm();
    ClientModel client = context.grantContext().getClient();
    RefreshToken presented = context.oldRefreshToken();
    if (inForce.isPresent()) {
      observers.realms().check(realm, client.getClientId());
      observers
          .coverage()
          .refreshedWithPolicy(session, realm, client, presented, LineageClaims.areIn(presented));
    } else {
      observers.coverage().refreshedWithoutPolicy(session, realm, client);
    }
  }

  private void decide(
      RefreshTokenContext context, AccessTokenResponseBuilder response, RotationPolicy policy) {
    RotationRequest request =
        RotationRequestFactory.ofRefresh(session, context, response, policy)
            .orElseThrow(
                () -> new RefreshTokenException("invalid_grant", RefreshResponder.NEUTRAL));
    SharedUnacknowledgedRotations unanswered = new SharedUnacknowledgedRotations(session);
    RefreshDecision decision =
        new RotationService(RedisConnection.familiesOf(session).orElseThrow(), unanswered)
            .refresh(request, policy);
    observers.metrics().count(decision);
    if (decision.issued().isPresent()) {
      FailedAnswer.remember(session, request, unanswered);
    }
    decision.accept(
        new RefreshResponder(
            session,
            context.grantContext(),
            context.oldRefreshToken(),
            response,
            request,
            policy,
            observers.named()));
  }
}
