package dev.tokenguard.keycloak.refresh;

import dev.tokenguard.rotation.RotationPolicy;
import dev.tokenguard.rotation.RotationRequest;
import dev.tokenguard.rotation.RotationRequest.Attempt;
import dev.tokenguard.rotation.RotationRequest.KeyProof;
import dev.tokenguard.rotation.RotationRequest.RequestContext;
import dev.tokenguard.rotation.TokenPosition;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.keycloak.common.Profile;
import org.keycloak.models.AuthenticatedClientSessionModel;
import org.keycloak.models.ClientModel;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;
import org.keycloak.models.UserSessionModel;
import org.keycloak.models.utils.SessionExpirationUtils;
import org.keycloak.models.utils.SessionTimeoutHelper;
import org.keycloak.protocol.oidc.TokenManager.AccessTokenResponseBuilder;
import org.keycloak.representations.AccessToken;
import org.keycloak.representations.RefreshToken;
import org.keycloak.util.TokenUtil;

/** Makes the requests to the domain from the models and tokens of Keycloak. */
final class RotationRequestFactory {

  /**
   * The clocks of nodes and Redis may differ, so records are kept a little longer than necessary.
   */
  private static final long CLOCK_MARGIN_SECONDS = 60;

  /** A lookup issues no access token. */
  private static final RotationRequest.AccessToken NO_ACCESS_TOKEN =
      new RotationRequest.AccessToken(0, "", "");

  private final KeycloakSession session;
  private final AuthenticatedClientSessionModel clientSession;
  private final UserSessionModel userSession;

  private RotationRequestFactory(
      KeycloakSession session, AuthenticatedClientSessionModel clientSession) {
    this.session = session;
    this.clientSession = clientSession;
    this.userSession = clientSession.getUserSession();
  }

  /**
   * The request of a refresh. Empty if the lineage claims of the presented token are not valid.
   *
   * @param response the response, without a refresh token if the client gets none
   */
  static Optional<RotationRequest> ofRefresh(
      KeycloakSession session,
      ClientModel client,
      RefreshToken presented,
      AccessTokenResponseBuilder response,
      RotationPolicy policy) {
    Optional<AuthenticatedClientSessionModel> clientSession =
        clientSessionOf(session, client, presented);
    if (clientSession.isEmpty()) {
      return Optional.empty();
    }
    RotationRequestFactory tokens = new RotationRequestFactory(session, clientSession.get());
    RefreshToken successor = response.getRefreshToken();
    if (successor != null) {
      capLifetime(successor, policy, tokens.userSession);
    }
    // Without a rotation, the presented token is returned.
    RefreshToken next = successor != null && !policy.rotates() ? presented : successor;
    return LineageClaims.positionOf(presented)
        .map(
            position ->
                tokens.request(
                    position,
                    presented,
                    Optional.ofNullable(next),
                    accessToken(response.getAccessToken(), presented),
                    new ClientKey(session, client).proofOf(presented, policy),
                    Attempt.aged(RequestArrival.age()),
                    Optional.empty()));
  }

  /**
   * The client session of a token; empty without one. Keycloak has read it in the same transaction
   * to check the token, so this costs no query.
   */
  static Optional<AuthenticatedClientSessionModel> clientSessionOf(
      KeycloakSession session, ClientModel client, RefreshToken token) {
    RealmModel realm = session.getContext().getRealm();
    UserSessionModel userSession =
        TokenUtil.TOKEN_TYPE_OFFLINE.equals(token.getType())
            ? session.sessions().getOfflineUserSession(realm, token.getSessionId())
            : session.sessions().getUserSession(realm, token.getSessionId());
    return Optional.ofNullable(userSession)
        .map(it -> it.getAuthenticatedClientSessionByClient(client.getId()));
  }

  /** The request of a login, whose tokens already have their lineage claims. */
  static RotationRequest ofLogin(
      KeycloakSession session,
      AuthenticatedClientSessionModel clientSession,
      RefreshToken token,
      AccessToken accessToken,
      Optional<String> parentTag) {
    return new RotationRequestFactory(session, clientSession)
        .request(
            new TokenPosition(token.getId(), 0),
            token,
            Optional.of(token),
            accessToken(accessToken, token),
            KeyProof.NO_KEY,
            Attempt.aged(Duration.ZERO),
            parentTag);
  }

  /** The request of a lookup. Empty if the lineage claims of the token are not valid. */
  static Optional<RotationRequest> ofLookup(
      KeycloakSession session,
      AuthenticatedClientSessionModel clientSession,
      RefreshToken token,
      RotationPolicy policy) {
    return LineageClaims.positionOf(token)
        .map(
            position ->
                new RotationRequestFactory(session, clientSession)
                    .request(
                        position,
                        token,
                        Optional.empty(),
                        NO_ACCESS_TOKEN,
                        new ClientKey(session, clientSession.getClient()).proofOf(token, policy),
                        new Attempt("", Duration.ZERO),
                        Optional.empty()));
  }

  private RotationRequest request(
      TokenPosition position,
      RefreshToken presented,
      Optional<RefreshToken> given,
      RotationRequest.AccessToken accessToken,
      KeyProof keyProof,
      Attempt attempt,
      Optional<String> parentTag) {
    RefreshToken successor = given.orElse(presented);
    // A login with offline_access has the online session until its response.
    boolean isOffline = TokenUtil.TOKEN_TYPE_OFFLINE.equals(successor.getType());
    long retainUntil = lastUse(successor) + margin();
    return new RotationRequest(
        userSession.getUser().getId(),
        position,
        new RotationRequest.Session(
            userSession.getId(),
            userSession.getStarted(),
            clientSession.getClient().getId(),
            clientSession.getStarted(),
            isOffline),
        new RotationRequest.ProposedSuccessor(
            // If the clock of this node is behind, Keycloak would refuse a successor as older than
            // its session or a not-before time.
            Math.max(successor.getIat(), presented.getIat()),
            expiryOf(successor),
            retainUntil,
            Math.max(retainUntil, endOfSession(isOffline) + margin())),
        accessToken,
        contextOf(session),
        LineageClaims.bindingOf(presented),
        keyProof,
        attempt,
        expiryOf(presented) == 0 ? lastUse(presented) + margin() : 0,
        LineageClaims.recordedIssuedAt(presented),
        given.isPresent(),
        parentTag);
  }

  private static RotationRequest.AccessToken accessToken(
      AccessToken accessToken, RefreshToken presented) {
    return new RotationRequest.AccessToken(
        accessToken.getExp(),
        LineageClaims.accessTokenPrefix(accessToken),
        LineageClaims.loginPrefixOf(presented));
  }

  static RequestContext contextOf(KeycloakSession session) {
    return RequestContext.of(
        session.getContext().getRequestHeaders().getHeaderString("User-Agent"),
        session.getContext().getConnection().getRemoteHost());
  }

  /**
   * Limits the exp of a token. Not in the mode observe, which must not refuse by an earlier expiry.
   */
  static void capLifetime(RefreshToken token, RotationPolicy policy, UserSessionModel userSession) {
    long notAfter = policy.notAfter(userSession.getStarted());
    if (notAfter > 0 && !policy.isObserving()) {
      token.exp(token.getExp() == null ? notAfter : Math.min(token.getExp(), notAfter));
    }
  }

  /**
   * Sets the exp of the token of a login. A token that is not rotated is valid as long as its
   * session can be: Keycloak checks the idle time of the session at each refresh, and no next token
   * has a later exp.
   */
  static void setLifetime(
      RefreshToken token, RotationPolicy policy, AuthenticatedClientSessionModel clientSession) {
    if (!policy.rotates() && token.getExp() != null) {
      UserSessionModel userSession = clientSession.getUserSession();
      ClientModel client = clientSession.getClient();
      long end =
          TimeUnit.MILLISECONDS.toSeconds(
              SessionExpirationUtils.calculateClientSessionMaxLifespanTimestamp(
                  TokenUtil.TOKEN_TYPE_OFFLINE.equals(token.getType()),
                  userSession.isRememberMe(),
                  TimeUnit.SECONDS.toMillis(clientSession.getStarted()),
                  TimeUnit.SECONDS.toMillis(userSession.getStarted()),
                  client.getRealm(),
                  client));
      token.exp(Math.max(token.getExp(), end));
    }
    capLifetime(token, policy, clientSession.getUserSession());
  }

  private static long expiryOf(RefreshToken token) {
    return token.getExp() == null ? 0 : token.getExp();
  }

  /**
   * The last possible use of a token; an offline token without {@code exp} has that of its session.
   */
  private long lastUse(RefreshToken token) {
    long expiry = expiryOf(token);
    if (expiry > 0) {
      return expiry;
    }
    ClientModel client = clientSession.getClient();
    return TimeUnit.MILLISECONDS.toSeconds(
        SessionExpirationUtils.calculateClientSessionIdleTimestamp(
            true,
            userSession.isRememberMe(),
            TimeUnit.SECONDS.toMillis(token.getIat()),
            client.getRealm(),
            client));
  }

  /** The end of the session by its maximum lifespan, seconds since the epoch; 0 without one. */
  private long endOfSession(boolean isOffline) {
    return TimeUnit.MILLISECONDS.toSeconds(
        SessionExpirationUtils.calculateUserSessionMaxLifespanTimestamp(
            isOffline,
            userSession.isRememberMe(),
            TimeUnit.SECONDS.toMillis(userSession.getStarted()),
            clientSession.getClient().getRealm()));
  }

  /** Keycloak accepts an idle session a little longer if sessions are in caches only. */
  private static long margin() {
    boolean isExact =
        Profile.isFeatureEnabled(Profile.Feature.PERSISTENT_USER_SESSIONS)
            || Profile.isFeatureEnabled(Profile.Feature.CLUSTERLESS);
    return CLOCK_MARGIN_SECONDS + (isExact ? 0 : SessionTimeoutHelper.IDLE_TIMEOUT_WINDOW_SECONDS);
  }
}
