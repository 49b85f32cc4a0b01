package dev.tokenguard.keycloak.refresh;

import dev.tokenguard.keycloak.AfterCommit;
import dev.tokenguard.keycloak.connection.RedisConnection;
import dev.tokenguard.keycloak.executor.PolicyInForce;
import dev.tokenguard.keycloak.metrics.RefreshMetrics;
import dev.tokenguard.keycloak.tokens.LineageClaims;
import dev.tokenguard.rotation.ContextMatch;
import dev.tokenguard.rotation.Effect;
import dev.tokenguard.rotation.RotationPolicy;
import dev.tokenguard.rotation.RotationRequest;
import dev.tokenguard.rotation.RotationService;
import java.util.Optional;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.UserSessionModel;
import org.keycloak.protocol.oidc.TokenManager.AccessTokenResponseBuilder;
import org.keycloak.protocol.oidc.refresh.DefaultRefreshTokenProvider;
import org.keycloak.protocol.oidc.refresh.InitialRefreshTokenContext;
import org.keycloak.protocol.oidc.refresh.RefreshTokenContext;
import org.keycloak.protocol.oidc.refresh.RefreshTokenException;
import org.keycloak.representations.RefreshToken;

/**
 * Rotates for clients with a policy. All of Keycloak's own checks stay and come first; the store is
 * asked last, when the child is ready to be signed.
 */
final class GuardedRefreshTokenProvider extends DefaultRefreshTokenProvider {

  private final RefreshMetrics metrics;
  private final RealmFlagWarning realmFlagWarning;
  private boolean isRefresh;

  GuardedRefreshTokenProvider(
      KeycloakSession session, RefreshMetrics metrics, RealmFlagWarning realmFlagWarning) {
    super(session);
    this.metrics = metrics;
    this.realmFlagWarning = realmFlagWarning;
  }

  @Override
  public boolean supports(RefreshTokenContext context) {
    isRefresh = isManaged() && super.supports(context);
    return isRefresh;
  }

  /** The child of a refresh is made by Keycloak's provider and put at its place afterwards. */
  @Override
  public boolean supports(InitialRefreshTokenContext context) {
    return !isRefresh && isManaged();
  }

  private boolean isManaged() {
    return PolicyInForce.of(session).isPresent() && RedisConnection.familiesOf(session).isPresent();
  }

  /**
   * The refresh token of a login, or of a token exchange; the store is told when it is committed.
   */
  @Override
  public RefreshToken generateRefreshToken(InitialRefreshTokenContext context) {
    RefreshToken token = super.generateRefreshToken(context);
    RotationPolicy policy = PolicyInForce.of(session).orElseThrow();
    UserSessionModel userSession = context.clientSessionCtx().getClientSession().getUserSession();
    LineageClaims.begin(
        token,
        context.responseBuilder().getAccessToken(),
        policy.bindTo() == ContextMatch.NONE
            ? Optional.empty()
            : Optional.of(PreparedTokens.contextOf(session)));
    PreparedTokens.capLifetime(token, policy, userSession);
    AfterCommit.of(
        session,
        new CommittedLogin(session, PreparedTokens.ofLogin(session, context, token), policy)::tell);
    return token;
  }

  @Override
  protected void afterRefreshTokenGenerated(
      RefreshTokenContext context, AccessTokenResponseBuilder response) {
    if (response.getRefreshToken() != null) {
      rotate(context, response);
    }
    super.afterRefreshTokenGenerated(context, response);
  }

  private void rotate(RefreshTokenContext context, AccessTokenResponseBuilder response) {
    realmFlagWarning.check(
        context.grantContext().getRealm(), context.grantContext().getClient().getClientId());
    RotationPolicy policy = PolicyInForce.of(session).orElseThrow();
    RotationRequest request =
        PreparedTokens.ofRefresh(session, context, response, policy)
            .orElseThrow(() -> new RefreshTokenException("invalid_grant", Answer.NEUTRAL));
    RotationService rotation =
        new RotationService(
            RedisConnection.familiesOf(session).orElseThrow(), new UnansweredInKeycloak(session));
    Effect effect = rotation.refresh(request, policy);
    metrics.count(effect);
    Answer answer = new Answer(session, context.grantContext(), request);
    if (effect instanceof Effect.Issue issue) {
      answer.issue(issue, response);
    } else if (effect instanceof Effect.Keep) {
      // Without a step in the lineage nothing is put at another place.
      return;
    } else if (effect instanceof Effect.Refuse refuse) {
      throw answer.refuse(refuse);
    } else {
      throw answer.postpone((Effect.Postpone) effect);
    }
  }
}
