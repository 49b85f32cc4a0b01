package dev.tokenguard.keycloak.refresh;

import dev.tokenguard.keycloak.tokens.AccessTokenId;
import dev.tokenguard.keycloak.tokens.LineageClaims;
import dev.tokenguard.rotation.Place;
import dev.tokenguard.rotation.RequestContext;
import dev.tokenguard.rotation.RotationPolicy;
import dev.tokenguard.rotation.RotationRequest;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.keycloak.models.AuthenticatedClientSessionModel;
import org.keycloak.models.ClientModel;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.UserSessionModel;
import org.keycloak.models.utils.SessionExpirationUtils;
import org.keycloak.protocol.oidc.TokenManager.AccessTokenResponseBuilder;
import org.keycloak.protocol.oidc.refresh.InitialRefreshTokenContext;
import org.keycloak.protocol.oidc.refresh.RefreshTokenContext;
import org.keycloak.representations.AccessToken;
import org.keycloak.representations.RefreshToken;
import org.keycloak.util.TokenUtil;

/** Reads what the domain wants to know from what Keycloak has prepared. */
final class PreparedTokens {

  /**
   * Clocks of nodes and of Redis may differ; a family is remembered a little longer than needed.
   */
  private static final long CLOCK_MARGIN_SECONDS = 60;

  private PreparedTokens() {}

  /** Empty when the claims of the presented token are not ours. */
  static Optional<RotationRequest> ofRefresh(
      KeycloakSession session,
      RefreshTokenContext context,
      AccessTokenResponseBuilder response,
      RotationPolicy policy) {
    RefreshToken presented = context.oldRefreshToken();
    AuthenticatedClientSessionModel clientSession =
        response.getClientSessionCtx().getClientSession();
    RefreshToken child = response.getRefreshToken();
    capLifetime(child, policy, clientSession.getUserSession());
    return LineageClaims.placeOf(presented)
        .map(
            place ->
                request(
                    session, clientSession, place, presented, child, response.getAccessToken()));
  }

  /** The tokens of a login carry their claims already. */
  static RotationRequest ofLogin(
      KeycloakSession session, InitialRefreshTokenContext context, RefreshToken token) {
    return request(
        session,
        context.clientSessionCtx().getClientSession(),
        new Place(token.getId(), 0),
        token,
        token,
        context.responseBuilder().getAccessToken());
  }

  private static RotationRequest request(
      KeycloakSession session,
      AuthenticatedClientSessionModel clientSession,
      Place place,
      RefreshToken presented,
      RefreshToken child,
      AccessToken accessToken) {
    UserSessionModel userSession = clientSession.getUserSession();
    return new RotationRequest(
        userSession.getUser().getId(),
        place,
        new RotationRequest.Session(
            userSession.getId(),
            userSession.getStarted(),
            clientSession.getClient().getId(),
            clientSession.getStarted(),
            // A login with offline_access goes by the online session until it is answered.
            TokenUtil.TOKEN_TYPE_OFFLINE.equals(child.getType())),
        new RotationRequest.ProposedChild(
            // Where the clock of this node is behind, Keycloak would take the child to be from
            // before
            // its session, or from before a not-before that the presented token has passed.
            Math.max(child.getIat(), presented.getIat()),
            expiryOf(child),
            retainUntil(child, clientSession),
            retainUntil(child, clientSession)),
        new RotationRequest.AccessToken(
            accessToken.getExp(),
            AccessTokenId.prefixOf(accessToken),
            LineageClaims.loginPrefixOf(presented)),
        contextOf(session),
        LineageClaims.bindingOf(presented),
        RotationRequest.Attempt.aged(Duration.ZERO),
        0,
        true,
        Optional.empty());
  }

  static RequestContext contextOf(KeycloakSession session) {
    return RequestContext.of(
        session.getContext().getRequestHeaders().getHeaderString("User-Agent"),
        session.getContext().getConnection().getRemoteHost());
  }

  /** An observing policy never refuses, so it must not let a token run out earlier either. */
  static void capLifetime(RefreshToken token, RotationPolicy policy, UserSessionModel userSession) {
    long notAfter = policy.notAfter(userSession.getStarted());
    if (notAfter > 0 && !policy.isObserving()) {
      token.exp(token.getExp() == null ? notAfter : Math.min(token.getExp(), notAfter));
    }
  }

  private static long expiryOf(RefreshToken token) {
    return token.getExp() == null ? 0 : token.getExp();
  }

  /** An offline token without {@code exp} lives as long as its session is used often enough. */
  private static long retainUntil(
      RefreshToken child, AuthenticatedClientSessionModel clientSession) {
    long lastUse = expiryOf(child);
    if (lastUse == 0) {
      ClientModel client = clientSession.getClient();
      lastUse =
          TimeUnit.MILLISECONDS.toSeconds(
              SessionExpirationUtils.calculateClientSessionIdleTimestamp(
                  true,
                  clientSession.getUserSession().isRememberMe(),
                  TimeUnit.SECONDS.toMillis(child.getIat()),
                  client.getRealm(),
                  client));
    }
    return lastUse + CLOCK_MARGIN_SECONDS;
  }
}
