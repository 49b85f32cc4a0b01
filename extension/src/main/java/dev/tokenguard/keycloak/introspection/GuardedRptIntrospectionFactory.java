package dev.tokenguard.keycloak.introspection;

import dev.tokenguard.keycloak.connection.RedisConnection;
import jakarta.ws.rs.core.Response;
import java.util.Set;
import org.keycloak.authorization.protection.introspect.RPTIntrospectionProvider;
import org.keycloak.authorization.protection.introspect.RPTIntrospectionProviderFactory;
import org.keycloak.events.EventBuilder;
import org.keycloak.models.KeycloakSession;
import org.keycloak.protocol.oidc.TokenIntrospectionProvider;
import org.keycloak.provider.Provider;

/** Replaces Keycloak's factory for the hint {@code requesting_party_token}. */
public final class GuardedRptIntrospectionFactory extends RPTIntrospectionProviderFactory {

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
