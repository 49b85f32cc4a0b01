package dev.tokenguard.keycloak.since26_6;

import dev.tokenguard.keycloak.connection.RedisConnection;
import java.util.Set;
import org.keycloak.models.KeycloakSession;
import org.keycloak.protocol.oidc.token.TokenPostProcessor;
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
}
