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
import dev.tokenguard.rotation.ContextMatch;
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
import org.keycloak.protocol.oidc.TokenManager.AccessTokenResponseBuilder;
import org.keycloak.protocol.oidc.utils.OIDCResponseType;
import org.keycloak.representations.AccessToken;
import org.keycloak.representations.RefreshToken;

/**
 * The tokens of a response before they are signed. A login with a policy begins a family; the
 * access tokens that no policy event announces (of token exchange, of UMA, of the front channel in
 * the hybrid flow) become nameable.
 */
public final class IssuedTokens {

  private final KeycloakSession session;

  public IssuedTokens(KeycloakSession session) {
    this.session = session;
  }

  /** Any access token, also of a refresh. */
  public void observe(AccessToken accessToken) {
    MaxAccessTokenLifespan.of(session)
        .observe(session.getContext().getRealm(), accessToken.getExp() - Time.currentTime());
  }

  /** The response to a login, as the policy event after it announces it. */
  public void record(AccessTokenResponseBuilder response) {
    RefreshToken token = response.getRefreshToken();
    observe(response.getAccessToken());
    if (token != null) {
      RotationRequestFactory.clientSessionOf(session, session.getContext().getClient(), token)
          .ifPresent(it -> record(response.getAccessToken(), token, it));
    }
  }

  /**
   * The response to anything but a refresh. Keycloak may build a response twice.
   *
   * @param refreshToken null when there is none
   */
  public void record(
      AccessToken accessToken,
      RefreshToken refreshToken,
      AuthenticatedClientSessionModel clientSession) {
    if (accessToken.getId() == null
        || RedisConnection.familiesOf(session).isEmpty()
        || refreshToken != null && LineageClaims.areIn(refreshToken)) {
      return;
    }
    Optional<RotationPolicy> policy = EffectivePolicy.of(session);
    if (refreshToken != null && policy.isPresent() && !isRequestingParty(refreshToken)) {
      beginLogin(accessToken, refreshToken, clientSession, policy.get());
    } else if (isFrontChannel(clientSession)) {
      registerFrontChannel(accessToken, clientSession);
    } else {
      SubjectToken.of(session)
          .ifPresent(
              subject -> registerIssuedFor(subject, accessToken, refreshToken, clientSession));
    }
  }

  private void beginLogin(
      AccessToken accessToken,
      RefreshToken token,
      AuthenticatedClientSessionModel clientSession,
      RotationPolicy policy) {
    LineageClaims.begin(
        token,
        accessToken,
        policy.bindTo() == ContextMatch.NONE
            ? Optional.empty()
            : Optional.of(RotationRequestFactory.contextOf(session)));
    RotationRequestFactory.capLifetime(token, policy, clientSession.getUserSession());
    recordWhenCommitted(
        accessToken, token, clientSession, policy, SubjectToken.of(session).map(SubjectToken::tag));
  }

  private void recordWhenCommitted(
      AccessToken accessToken,
      RefreshToken token,
      AuthenticatedClientSessionModel clientSession,
      RotationPolicy policy,
      Optional<String> parentTag) {
    RotationRequest login =
        RotationRequestFactory.ofLogin(session, clientSession, token, accessToken, parentTag);
    Transactions.afterCommit(session, new LoginRecorder(session, login, policy)::tell);
  }

  /**
   * The hybrid flow issues an access token with the code, by a request that no policy condition on
   * clients votes for: Keycloak's context of that event names no client.
   */
  private boolean isFrontChannel(AuthenticatedClientSessionModel clientSession) {
    String requested = clientSession.getNote(OIDCLoginProtocol.RESPONSE_TYPE_PARAM);
    if (requested == null || isTokenRequest()) {
      return false;
    }
    OIDCResponseType type = OIDCResponseType.parse(requested);
    return type.hasResponseType(OIDCResponseType.CODE)
        && type.hasResponseType(OIDCResponseType.TOKEN)
        && !new PoliciesWithExecutor(session, clientSession.getClient()).named().isEmpty();
  }

  private boolean isTokenRequest() {
    MultivaluedMap<String, String> parameters =
        session.getContext().getHttpRequest().getDecodedFormParameters();
    return parameters != null && parameters.containsKey(OAuth2Constants.GRANT_TYPE);
  }

  private void registerFrontChannel(
      AccessToken accessToken, AuthenticatedClientSessionModel clientSession) {
    UserSessionModel userSession = clientSession.getUserSession();
    new RegisteredAccessToken(session)
        .register(
            userSession.getUser().getId(),
            FrontChannelTag.of(userSession.getId(), clientSession.getClient().getId()),
            accessToken);
  }

  private void registerIssuedFor(
      SubjectToken subject,
      AccessToken accessToken,
      RefreshToken token,
      AuthenticatedClientSessionModel clientSession) {
    if (token != null && isRequestingParty(token)) {
      beginRequestingParty(subject, accessToken, token, clientSession.getUserSession());
    } else {
      new RegisteredAccessToken(session).register(subject.userId(), subject.tag(), accessToken);
    }
  }

  /**
   * The client session of a requesting-party token is that of the resource server, its refresh
   * token that of the client which presented the access token. Keycloak gives no other response
   * tokens of two clients.
   */
  private static boolean isRequestingParty(RefreshToken token) {
    return token.getAuthorization() != null;
  }

  private void beginRequestingParty(
      SubjectToken subject,
      AccessToken accessToken,
      RefreshToken token,
      UserSessionModel userSession) {
    ClientModel client = session.getContext().getRealm().getClientByClientId(token.getIssuedFor());
    AuthenticatedClientSessionModel clientSession =
        client == null ? null : userSession.getAuthenticatedClientSessionByClient(client.getId());
    if (clientSession != null) {
      LineageClaims.begin(token, accessToken, Optional.empty());
      recordWhenCommitted(
          accessToken, token, clientSession, RotationPolicy.LOOKUP, Optional.of(subject.tag()));
    }
  }
}
