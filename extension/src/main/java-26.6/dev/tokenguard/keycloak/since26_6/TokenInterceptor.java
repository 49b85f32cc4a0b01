package dev.tokenguard.keycloak.since26_6;

import dev.tokenguard.keycloak.refresh.IssuedTokens;
import org.keycloak.models.KeycloakSession;
import org.keycloak.protocol.oidc.token.TokenPostProcessor;
import org.keycloak.protocol.oidc.token.TokenPostProcessorContext;

/** Gets the tokens of every response before they are signed. */
final class TokenInterceptor implements TokenPostProcessor {

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
