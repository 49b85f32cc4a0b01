package dev.tokenguard.keycloak.session;

import dev.tokenguard.keycloak.connection.RedisConnection;
import dev.tokenguard.keycloak.incident.RevokedTokenUseDetector;
import jakarta.ws.rs.core.Response;
import java.util.Set;
import org.keycloak.Config;
import org.keycloak.models.AuthenticatedClientSessionModel;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.UserSessionModel;
import org.keycloak.protocol.LoginProtocol;
import org.keycloak.protocol.oidc.OIDCLoginProtocol;
import org.keycloak.protocol.oidc.OIDCLoginProtocolFactory;
import org.keycloak.protocol.oidc.OIDCProviderConfig;
import org.keycloak.provider.Provider;

/**
 * Takes the place of Keycloak's own factory of OpenID Connect, to revoke first and to notify
 * clients of a back-channel logout afterwards. Keycloak notifies within the transaction of the
 * logout, one client after the other, up to five seconds each; until it commits all tokens are
 * valid.
 */
public final class RevokeFirstLoginProtocolFactory extends OIDCLoginProtocolFactory {

  private OIDCProviderConfig config;

  /** Of two factories with one id Keycloak keeps that of the higher order. */
  @Override
  public int order() {
    return super.order() + 1;
  }

  @Override
  public Set<Class<? extends Provider>> dependsOn() {
    return Set.of(RedisConnection.class);
  }

  @Override
  public void init(Config.Scope scope) {
    super.init(scope);
    config = new OIDCProviderConfig(scope);
  }

  @Override
  public LoginProtocol create(KeycloakSession session) {
    return RedisConnection.blacklistOf(session).isEmpty()
        ? super.create(session)
        : new RevokeFirst(config).setSession(session);
  }

  private static final class RevokeFirst extends OIDCLoginProtocol {

    private RevokeFirst(OIDCProviderConfig config) {
      super(config);
    }

    /** A client that is notified later counts as logged out: the user does not wait for it. */
    @Override
    public Response backchannelLogout(
        UserSessionModel userSession, AuthenticatedClientSessionModel clientSession) {
      boolean isLater =
          !BackchannelNotifier.isNotifying(session)
              && RevokedTokenUseDetector.isWatched(session.getContext().getRealm())
              && BackchannelNotifier.notifyAfterwards(session, userSession, clientSession);
      return isLater ? Response.ok().build() : super.backchannelLogout(userSession, clientSession);
    }
  }
}
