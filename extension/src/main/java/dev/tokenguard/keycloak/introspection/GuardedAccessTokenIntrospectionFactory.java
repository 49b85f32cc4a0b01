package dev.tokenguard.keycloak.introspection;

import dev.tokenguard.keycloak.connection.RedisConnection;
import jakarta.ws.rs.core.Response;
import java.util.Set;
import org.keycloak.events.EventBuilder;
import org.keycloak.models.KeycloakSession;
import org.keycloak.protocol.oidc.AccessTokenIntrospectionProvider;
import org.keycloak.protocol.oidc.AccessTokenIntrospectionProviderFactory;
import org.keycloak.protocol.oidc.TokenIntrospectionProvider;
import org.keycloak.provider.Provider;
import org.keycloak.representations.AccessToken;

/** Replaces Keycloak's factory for tokens without a hint. */
public final class GuardedAccessTokenIntrospectionFactory
    extends AccessTokenIntrospectionProviderFactory {

  /** Keycloak selects the highest order for an id; that of the built-in factory is 0. */
  private static final int BEFORE_BUILT_IN = 10;

  @Override
  public int order() {
    return BEFORE_BUILT_IN;
  }

  @Override
  public Set<Class<? extends Provider>> dependsOn() {
    return Set.of(RedisConnection.class);
  }

  @Override
  public TokenIntrospectionProvider create(KeycloakSession session) {
    return new GuardedAccessTokenIntrospection(session);
  }

  /** Keycloak's introspection without a hint, plus a look-up of a refresh token. */
  private static final class GuardedAccessTokenIntrospection
      extends AccessTokenIntrospectionProvider<AccessToken> {

    private String text = "";

    GuardedAccessTokenIntrospection(KeycloakSession session) {
      super(session);
    }

    @Override
    public Response introspect(String given, EventBuilder event) {
      text = given;
      return super.introspect(given, event);
    }

    @Override
    protected boolean verifyTokenReuse() {
      return super.verifyTokenReuse()
          && new RefreshTokenLookup(session, eventBuilder)
              .isActive(text, token, userSession, client);
    }
  }
}
