package dev.tokenguard.keycloak.refresh;

import dev.tokenguard.keycloak.tokens.AccessTokenId;
import dev.tokenguard.keycloak.tokens.LineageClaims;
import dev.tokenguard.rotation.RequestContext;
import dev.tokenguard.rotation.RotationPolicy;
import dev.tokenguard.rotation.RotationRequest;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.keycloak.models.AuthenticatedClientSessionModel;
import org.keycloak.models.ClientModel;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.UserSessionModel;
import org.keycloak.models.utils.SessionExpirationUtils;
import org.keycloak.protocol.oidc.TokenManager.AccessTokenResponseBuilder;
import org.keycloak.protocol.oidc.refresh.RefreshTokenContext;
import org.keycloak.representations.RefreshToken;

/** Reads what the domain wants to know from what Keycloak has prepared. */
final class PresentedToken {

  /**
   * Clocks of nodes and of Redis may differ; a family is remembered a little longer than needed.
   */
  private static final long CLOCK_MARGIN_SECONDS = 60;

  private PresentedToken() {}

  /** Empty when the claims of the token are not ours. */
  static Optional<RotationRequest> requestFor(
      KeycloakSession session,
      RefreshTokenContext context,
      AccessTokenResponseBuilder response,
      RotationPolicy policy) {
    RefreshToken presented = context.oldRefreshToken();
    AuthenticatedClientSessionModel clientSession =
        response.getClientSessionCtx().getClientSession();
    UserSessionModel userSession = clientSession.getUserSession();
    RefreshToken child = response.getRefreshToken();
    capLifetime(child, policy, userSession);
    return LineageClaims.placeOf(presented)
        .map(
            place ->
                new RotationRequest(
                    userSession.getUser().getId(),
                    place,
                    new RotationRequest.Session(
                        userSession.getId(),
                        userSession.getStarted(),
                        clientSession.getClient().getId(),
                        clientSession.getStarted(),
                        userSession.isOffline()),
                    new RotationRequest.ProposedChild(
                        child.getIat(), expiryOf(child), retainUntil(child, clientSession)),
                    new RotationRequest.AccessToken(
                        response.getAccessToken().getExp(),
                        AccessTokenId.prefixOf(response.getAccessToken()),
                        LineageClaims.loginPrefixOf(presented)),
                    contextOf(session),
                    LineageClaims.bindingOf(presented)));
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
