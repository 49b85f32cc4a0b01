package dev.tokenguard.keycloak.refresh;

import dev.tokenguard.keycloak.connection.RedisConnection;
import dev.tokenguard.keycloak.policy.EffectivePolicy;
import dev.tokenguard.keycloak.policy.PoliciesWithExecutor;
import dev.tokenguard.keycloak.revocation.MaxAccessTokenLifespan;
import dev.tokenguard.keycloak.support.Transactions;
import dev.tokenguard.keycloak.tokens.FrontChannelTag;
import dev.tokenguard.keycloak.tokens.LineageClaims;
import dev.tokenguard.keycloak.tokens.RegisteredAccessToken;
import dev.tokenguard.keycloak.tokens.SubjectToken;
import dev.tokenguard.rotation.RotationPolicy;
import dev.tokenguard.rotation.RotationRequest;
import jakarta.ws.rs.core.MultivaluedMap;
import java.util.Optional;
import org.keycloak.OAuth2Constants;
import org.keycloak.common.util.Time;
import org.keycloak.models.AuthenticatedClientSessionModel;
import org.keycloak.models.ClientModel;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.UserSessionModel;
import org.keycloak.protocol.oidc.OIDCLoginProtocol;
import org.keycloak.protocol.oidc.token.TokenPostProcessor;
import org.keycloak.protocol.oidc.token.TokenPostProcessorContext;
import org.keycloak.protocol.oidc.utils.OIDCResponseType;
import org.keycloak.representations.AccessToken;
import org.keycloak.representations.RefreshToken;

/**
 * Sees the tokens of every response before they are signed, and makes those nameable that no policy
 * event announces: of token exchange, of UMA, of the front channel in the hybrid flow.
 */
final class IssuedTokens implements TokenPostProcessor {

  private final KeycloakSession session;

  IssuedTokens(KeycloakSession session) {
    this.session = session;
  }

  @Override
  public void process(TokenPostProcessorContext context) {
    AccessToken accessToken = context.accessToken();
    if (accessToken != null) {
      MaxAccessTokenLifespan.of(session)
          .observe(session.getContext().getRealm(), accessToken.getExp() - Time.currentTime());
    }
    if (context.requestRefreshToken() != null) {
      FailedAnswer.isBuilt(session);
    } else if (accessToken != null
        && accessToken.getId() != null
        && RedisConnection.familiesOf(session).isPresent()
        && !isOfFamily(context)) {
      register(context);
    }
  }

  private void register(TokenPostProcessorContext context) {
    if (isFrontChannel(context)) {
      registerFrontChannel(context);
    } else {
      SubjectToken.of(session).ifPresent(subject -> registerIssuedFor(subject, context));
    }
  }

  private static boolean isOfFamily(TokenPostProcessorContext context) {
    return context.refreshToken() != null && LineageClaims.areIn(context.refreshToken());
  }

  /**
   * The hybrid flow issues an access token with the code, by a request that no policy condition on
   * clients votes for: Keycloak's context of that event names no client.
   */
  private boolean isFrontChannel(TokenPostProcessorContext context) {
    String requested =
        context
            .clientSessionCtx()
            .getClientSession()
            .getNote(OIDCLoginProtocol.RESPONSE_TYPE_PARAM);
    if (requested == null || isTokenRequest()) {
      return false;
    }
    OIDCResponseType type = OIDCResponseType.parse(requested);
    return type.hasResponseType(OIDCResponseType.CODE)
        && type.hasResponseType(OIDCResponseType.TOKEN)
        && !new PoliciesWithExecutor(
                session, context.clientSessionCtx().getClientSession().getClient())
            .named()
            .isEmpty();
  }

  private boolean isTokenRequest() {
    MultivaluedMap<String, String> parameters =
        session.getContext().getHttpRequest().getDecodedFormParameters();
    return parameters != null && parameters.containsKey(OAuth2Constants.GRANT_TYPE);
  }

  private void registerFrontChannel(TokenPostProcessorContext context) {
    AuthenticatedClientSessionModel clientSession = context.clientSessionCtx().getClientSession();
    UserSessionModel userSession = clientSession.getUserSession();
    new RegisteredAccessToken(session)
        .register(
            userSession.getUser().getId(),
            FrontChannelTag.of(userSession.getId(), clientSession.getClient().getId()),
            context.accessToken());
  }

  private void registerIssuedFor(SubjectToken subject, TokenPostProcessorContext context) {
    RefreshToken token = context.refreshToken();
    if (token != null && isRequestingParty(context)) {
      begin(subject, token, context);
    } else {
      new RegisteredAccessToken(session)
          .register(subject.userId(), subject.tag(), context.accessToken());
    }
  }

  /**
   * The client session of a requesting-party token is that of the resource server, its refresh
   * token that of the client which presented the access token. Keycloak gives no other response
   * tokens of two clients.
   */
  private static boolean isRequestingParty(TokenPostProcessorContext context) {
    return context.refreshToken().getAuthorization() != null;
  }

  private void begin(SubjectToken subject, RefreshToken token, TokenPostProcessorContext context) {
    UserSessionModel userSession = context.clientSessionCtx().getClientSession().getUserSession();
    ClientModel client = session.getContext().getRealm().getClientByClientId(token.getIssuedFor());
    AuthenticatedClientSessionModel clientSession =
        client == null ? null : userSession.getAuthenticatedClientSessionByClient(client.getId());
    if (clientSession == null) {
      return;
    }
    LineageClaims.begin(token, context.accessToken(), Optional.empty());
    RotationPolicy policy = EffectivePolicy.of(session).orElse(RotationPolicy.LOOKUP);
    RotationRequest login =
        RotationRequestFactory.ofLogin(
            session, clientSession, token, context.accessToken(), Optional.of(subject.tag()));
    Transactions.afterCommit(session, new LoginRecorder(session, login, policy)::tell);
  }
}
