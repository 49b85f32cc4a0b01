package dev.tokenguard.keycloak.introspection;

import dev.tokenguard.keycloak.connection.RedisConnection;
import jakarta.ws.rs.core.Response;
import java.util.Set;
import org.keycloak.authorization.protection.introspect.RPTIntrospectionProvider;
import org.keycloak.authorization.protection.introspect.RPTIntrospectionProviderFactory;
import org.keycloak.events.EventBuilder;
import org.keycloak.models.KeycloakSession;
import org.keycloak.protocol.oidc.AccessTokenIntrospectionProvider;
import org.keycloak.protocol.oidc.AccessTokenIntrospectionProviderFactory;
import org.keycloak.protocol.oidc.RefreshTokenIntrospectionProvider;
import org.keycloak.protocol.oidc.RefreshTokenIntrospectionProviderFactory;
import org.keycloak.protocol.oidc.TokenIntrospectionProvider;
import org.keycloak.provider.Provider;
import org.keycloak.representations.AccessToken;

/** Replaces the factories of Keycloak that answer for refresh tokens: one for each hint. */
public final class GuardedIntrospection {

  /** Keycloak selects the highest order for an id; that of the built-in factories is 0. */
  private static final int BEFORE_BUILT_IN = 10;

  private GuardedIntrospection() {}

  /** Replaces Keycloak's factory for tokens without a hint. */
  public static final class WithoutHint extends AccessTokenIntrospectionProviderFactory {

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

  /** Replaces Keycloak's factory for the hint {@code refresh_token}. */
  public static final class WithRefreshTokenHint extends RefreshTokenIntrospectionProviderFactory {

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

  /** Replaces Keycloak's factory for the hint {@code requesting_party_token}. */
  public static final class WithRptHint extends RPTIntrospectionProviderFactory {

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
      return new GuardedRptIntrospection(session);
    }

    /** Keycloak's introspection of requesting party tokens, plus a look-up of a refresh token. */
    private static final class GuardedRptIntrospection extends RPTIntrospectionProvider {

      private String text = "";

      GuardedRptIntrospection(KeycloakSession session) {
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
}
