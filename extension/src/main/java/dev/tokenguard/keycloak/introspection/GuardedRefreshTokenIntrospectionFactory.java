package dev.tokenguard.keycloak.introspection;

import dev.tokenguard.keycloak.connection.RedisConnection;
import java.util.Set;
import org.keycloak.models.KeycloakSession;
import org.keycloak.protocol.oidc.RefreshTokenIntrospectionProvider;
import org.keycloak.protocol.oidc.RefreshTokenIntrospectionProviderFactory;
import org.keycloak.protocol.oidc.TokenIntrospectionProvider;
import org.keycloak.provider.Provider;

/** Replaces Keycloak's factory for the hint {@code refresh_token}. */
public final class GuardedRefreshTokenIntrospectionFactory
    extends RefreshTokenIntrospectionProviderFactory {

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
    return new GuardedRefreshTokenIntrospection(session);
  }

  /** Keycloak's introspection of a refresh token, plus a look-up of its family. */
  private static final class GuardedRefreshTokenIntrospection
      extends RefreshTokenIntrospectionProvider {

    GuardedRefreshTokenIntrospection(KeycloakSession session) {
      super(session);
    }

    @Override
    protected boolean verifyTokenReuse() {
      // From 26.6 on, Keycloak admits only the client of the token, which it checks afterwards.
      return super.verifyTokenReuse()
          && new RefreshTokenLookup(session, eventBuilder).isActive(token, userSession, client);
    }
  }
}
