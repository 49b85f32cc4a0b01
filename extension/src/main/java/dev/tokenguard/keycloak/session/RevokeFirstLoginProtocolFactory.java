package dev.tokenguard.keycloak.session;

import dev.tokenguard.keycloak.connection.RedisConnection;
import dev.tokenguard.keycloak.events.RevocationListenerFactory;
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
 * Replaces Keycloak's factory of the OpenID Connect protocol, in order to notify clients of a
 * back-channel logout after the revocation. Keycloak notifies within the transaction of the logout,
 * one client after the other, up to five seconds each, and all tokens are valid until its commit.
 */
public final class RevokeFirstLoginProtocolFactory extends OIDCLoginProtocolFactory {

  private OIDCProviderConfig config;

  /** Keycloak selects the factory of the highest order for an id. */
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

    /** Reports a client that is notified later as logged out, so the user does not wait. */
    @Override
    public Response backchannelLogout(
        UserSessionModel userSession, AuthenticatedClientSessionModel clientSession) {
      boolean isLater =
          !BackchannelNotifier.isNotifying(session)
              && RevocationListenerFactory.isOn(session.getContext().getRealm())
              && BackchannelNotifier.notifyAfterwards(session, userSession, clientSession);
      return isLater ? Response.ok().build() : super.backchannelLogout(userSession, clientSession);
    }
  }
}
