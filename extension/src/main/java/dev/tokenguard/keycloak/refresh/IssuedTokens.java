package dev.tokenguard.keycloak.refresh;

import dev.tokenguard.keycloak.connection.RedisConnection;
import dev.tokenguard.keycloak.policy.PoliciesWithExecutor;
import dev.tokenguard.keycloak.policy.PolicyContext;
import dev.tokenguard.keycloak.revocation.MaxAccessTokenLifespan;
import dev.tokenguard.keycloak.support.Transactions;
import dev.tokenguard.rotation.FamilyStore;
import dev.tokenguard.rotation.RotationPolicy;
import dev.tokenguard.rotation.RotationRequest;
import dev.tokenguard.rotation.StoreUnavailableException;
import dev.tokenguard.rotation.TokenPosition;
import jakarta.ws.rs.core.MultivaluedMap;
import java.util.Optional;
import org.keycloak.OAuth2Constants;
import org.keycloak.common.util.Time;
import org.keycloak.jose.jws.JWSInput;
import org.keycloak.jose.jws.JWSInputException;
import org.keycloak.models.AuthenticatedClientSessionModel;
import org.keycloak.models.ClientModel;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;
import org.keycloak.models.UserModel;
import org.keycloak.models.UserSessionModel;
import org.keycloak.protocol.oidc.OIDCLoginProtocol;
import org.keycloak.protocol.oidc.TokenManager.AccessTokenResponseBuilder;
import org.keycloak.protocol.oidc.utils.OIDCResponseType;
import org.keycloak.representations.AccessToken;
import org.keycloak.representations.RefreshToken;
import org.keycloak.services.managers.AppAuthManager;

/**
 * The tokens of a response before they are signed. A login with a policy begins a family. Access
 * tokens without a policy event (token exchange, UMA, the hybrid flow) are registered, so that they
 * can be revoked with their family.
 */
public final class IssuedTokens {

  private static final String REGISTERED = "token-guard.registered-access-token";

  private final KeycloakSession session;

  public IssuedTokens(KeycloakSession session) {
    this.session = session;
  }

  /** Observes the lifespan of an access token of any response. */
  public void observe(AccessToken accessToken) {
    MaxAccessTokenLifespan.find(session)
        .ifPresent(
            it ->
                it.observe(
                    session.getContext().getRealm(), accessToken.getExp() - Time.currentTime()));
  }

  /** Records a login by the policy event of its response. */
  public void record(AccessTokenResponseBuilder response) {
    RefreshToken token = response.getRefreshToken();
    observe(response.getAccessToken());
    if (token != null) {
      RotationRequestFactory.clientSessionOf(session, session.getContext().getClient(), token)
          .ifPresent(it -> record(response.getAccessToken(), token, it));
    }
  }

  /**
   * Records a response other than that of a refresh. Keycloak may build a response twice.
   *
   * @param refreshToken null without one
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
    Optional<RotationPolicy> policy = PolicyContext.effectivePolicy(session);
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
        policy.bindTo().comparesRequests()
            ? Optional.of(RotationRequestFactory.contextOf(session))
            : Optional.empty(),
        new ClientKey(session, clientSession.getClient()).claimFor(token, policy));
    RotationRequestFactory.setLifetime(token, policy, clientSession);
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
    Transactions.afterCommit(session, new LoginRecorder(session, login, policy)::record);
  }

  /**
   * The hybrid flow issues an access token with the code. Policy conditions on clients do not apply
   * to that request, because Keycloak's context of its event has no client.
   */
  private boolean isFrontChannel(AuthenticatedClientSessionModel clientSession) {
    String requested = clientSession.getNote(OIDCLoginProtocol.RESPONSE_TYPE_PARAM);
    if (requested == null || isTokenRequest()) {
      return false;
    }
    OIDCResponseType type = OIDCResponseType.parse(requested);
    return type.hasResponseType(OIDCResponseType.CODE)
        && type.hasResponseType(OIDCResponseType.TOKEN)
        && !new PoliciesWithExecutor(session, clientSession.getClient()).names().isEmpty();
  }

  private boolean isTokenRequest() {
    MultivaluedMap<String, String> parameters =
        session.getContext().getHttpRequest().getDecodedFormParameters();
    return parameters != null && parameters.containsKey(OAuth2Constants.GRANT_TYPE);
  }

  private void registerFrontChannel(
      AccessToken accessToken, AuthenticatedClientSessionModel clientSession) {
    UserSessionModel userSession = clientSession.getUserSession();
    register(
        userSession.getUser().getId(),
        frontChannelTag(userSession.getId(), clientSession.getClient().getId()),
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
      register(subject.userId(), subject.tag(), accessToken);
    }
  }

  /**
   * Registers an access token outside of the generations of its family, so that it is revoked with
   * the family: replaces the random part of its id by a derived one. While Redis is unavailable,
   * the token stays unregistered: it is revoked with its session only.
   *
   * @param userId the user of the family
   */
  void register(String userId, String tag, AccessToken token) {
    Optional<FamilyStore> store = RedisConnection.familiesOf(session);
    String prefix = LineageClaims.accessTokenPrefix(token);
    if (store.isEmpty() || prefix.isEmpty() || token.getId().equals(registered())) {
      return;
    }
    try {
      long ordinal = store.get().recordExchange(userId, tag, prefix, token.getExp());
      token.id(TokenPosition.exchangedTokenId(tag, prefix, ordinal));
      session.setAttribute(REGISTERED, token.getId());
    } catch (StoreUnavailableException unavailable) {
      // The connection has counted and logged it.
    }
  }

  /**
   * The tag of access tokens that the hybrid flow issues with the code (OpenID Connect Core 1.0,
   * section 3.3). Their family does not exist yet, so they are registered for the client session,
   * and revoked with each family of it.
   *
   * @param clientId the internal id of the client
   */
  static String frontChannelTag(String sessionId, String clientId) {
    return new TokenPosition("front-channel\n" + sessionId + "\n" + clientId, 0).tag();
  }

  /** The last registered id, because Keycloak may build a response twice. */
  private String registered() {
    return session.getAttribute(REGISTERED, String.class);
  }

  /**
   * The access token of a requesting party response belongs to the client session of the resource
   * server, its refresh token to that of the client. No other response has tokens of two clients.
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
      LineageClaims.begin(token, accessToken, Optional.empty(), Optional.empty());
      recordWhenCommitted(
          accessToken, token, clientSession, RotationPolicy.LOOKUP, Optional.of(subject.tag()));
    }
  }

  /**
   * An access token of a family for which a request gets another one: by token exchange (RFC 8693),
   * or as a requesting party token (UMA 2.0). Keycloak has verified it before.
   *
   * @param tag the tag of the family
   * @param userId the user of the family
   */
  private record SubjectToken(String tag, String userId) {

    private static final String SUBJECT_TOKEN = "subject_token";

    /** Empty for other requests, and for a token of a client without a policy. */
    static Optional<SubjectToken> of(KeycloakSession session) {
      return textIn(session).flatMap(SubjectToken::parsed).flatMap(token -> of(session, token));
    }

    private static Optional<SubjectToken> of(KeycloakSession session, AccessToken token) {
      if (token.getId() == null || token.getSessionId() == null) {
        return Optional.empty();
      }
      return TokenPosition.tagOf(token.getId())
          .flatMap(
              tag ->
                  userOf(session, token.getSessionId())
                      .map(user -> new SubjectToken(tag, user.getId())));
    }

    private static Optional<UserModel> userOf(KeycloakSession session, String sessionId) {
      RealmModel realm = session.getContext().getRealm();
      UserSessionModel found = session.sessions().getUserSession(realm, sessionId);
      if (found == null) {
        found = session.sessions().getOfflineUserSession(realm, sessionId);
      }
      return Optional.ofNullable(found).map(UserSessionModel::getUser);
    }

    private static Optional<String> textIn(KeycloakSession session) {
      MultivaluedMap<String, String> parameters =
          session.getContext().getHttpRequest().getDecodedFormParameters();
      String grant = parameters == null ? null : parameters.getFirst(OAuth2Constants.GRANT_TYPE);
      if (OAuth2Constants.TOKEN_EXCHANGE_GRANT_TYPE.equals(grant)) {
        return Optional.ofNullable(parameters.getFirst(SUBJECT_TOKEN));
      }
      if (OAuth2Constants.UMA_GRANT_TYPE.equals(grant)) {
        String bearer =
            new AppAuthManager()
                .extractAuthorizationHeaderToken(session.getContext().getRequestHeaders());
        return Optional.ofNullable(bearer == null ? parameters.getFirst(SUBJECT_TOKEN) : bearer);
      }
      return Optional.empty();
    }

    private static Optional<AccessToken> parsed(String text) {
      try {
        return Optional.of(new JWSInput(text).readJsonContent(AccessToken.class));
      } catch (JWSInputException another) {
        return Optional.empty();
      }
    }
  }
}
