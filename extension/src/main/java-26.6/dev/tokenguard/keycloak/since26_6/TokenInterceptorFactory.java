package dev.tokenguard.keycloak.since26_6;

import dev.tokenguard.keycloak.connection.RedisConnection;
import dev.tokenguard.keycloak.refresh.IssuedTokens;
import java.util.Set;
import org.keycloak.models.KeycloakSession;
import org.keycloak.protocol.oidc.token.TokenPostProcessor;
import org.keycloak.protocol.oidc.token.TokenPostProcessorContext;
import org.keycloak.protocol.oidc.token.TokenPostProcessorFactory;
import org.keycloak.provider.Provider;

/** The SPI {@code token-interceptor}. */
public final class TokenInterceptorFactory implements TokenPostProcessorFactory {

  @Override
  public String getId() {
    return "token-guard";
  }

  /** The last interceptor, because a later one could refuse the response. */
  @Override
  public int order() {
    return Integer.MIN_VALUE;
  }

  @Override
  public Set<Class<? extends Provider>> dependsOn() {
    return Set.of(RedisConnection.class);
  }

  @Override
  public TokenPostProcessor create(KeycloakSession session) {
    return new TokenInterceptor(session);
  }

  /** Gets the tokens of every response before they are signed. */
  private static final class TokenInterceptor implements TokenPostProcessor {

    private final IssuedTokens issued;

    TokenInterceptor(KeycloakSession session) {
      this.issued = new IssuedTokens(session);
    }

    @Override
    public void process(TokenPostProcessorContext context) {
      if (context.accessToken() == null) {
        return;
      }
      issued.observe(context.accessToken());
      if (context.requestRefreshToken() == null) {
        issued.record(
            context.accessToken(),
            context.refreshToken(),
            context.clientSessionCtx().getClientSession());
      }
    }
  }
}
