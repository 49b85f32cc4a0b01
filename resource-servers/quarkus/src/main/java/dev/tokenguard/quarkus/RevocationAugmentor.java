package dev.tokenguard.quarkus;

import dev.tokenguard.checker.TokenClaims;
import dev.tokenguard.checker.Verdict;
import io.quarkus.oidc.AccessTokenCredential;
import io.quarkus.oidc.runtime.OidcJwtCallerPrincipal;
import io.quarkus.security.AuthenticationFailedException;
import io.quarkus.security.identity.AuthenticationRequestContext;
import io.quarkus.security.identity.SecurityIdentity;
import io.quarkus.security.identity.SecurityIdentityAugmentor;
import io.smallrye.mutiny.Uni;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import jakarta.inject.Singleton;
import java.util.Map;

/**
 * Checks bearer access tokens after {@code quarkus-oidc} has validated them (RFC 9068, section 4).
 * Sessions of the code flow are not checked: their token is the ID token.
 */
@Singleton
class RevocationAugmentor implements SecurityIdentityAugmentor {

  private final TokenGuard guard;

  RevocationAugmentor(TokenGuard guard) {
    this.guard = guard;
  }

  /** Before other augmentors, so that they do not work for a revoked token. */
  @Override
  public int priority() {
    return Integer.MAX_VALUE;
  }

  @Override
  public Uni<SecurityIdentity> augment(
      SecurityIdentity identity, AuthenticationRequestContext request) {
    if (!guard.isEnabled()
        || !(identity.getPrincipal() instanceof OidcJwtCallerPrincipal token)
        || !(token.getCredential() instanceof AccessTokenCredential)) {
      return Uni.createFrom().item(identity);
    }
    TokenClaims claims = TokenClaims.of(token.getClaims().getClaimsMap());
    return onContextOfCaller(Uni.createFrom().completionStage(() -> guard.check(claims)))
        .map(verdict -> identity(verdict, identity));
  }

  private SecurityIdentity identity(Verdict verdict, SecurityIdentity identity) {
    if (verdict.isAccepted()) {
      return identity;
    }
    if (verdict instanceof Verdict.Unknown) {
      throw new RevocationUnknownException();
    }
    String challenge =
        verdict instanceof Verdict.Revoked
            ? guard.challenge().revoked()
            : guard.challenge().invalidToken("The access token has no jti, sid or sub");
    throw new AuthenticationFailedException(
        "The access token is not accepted", Map.of(ChallengeDecorator.CHALLENGE, challenge));
  }

  /** The reply of Redis may come on the context of another request. */
  private static <T> Uni<T> onContextOfCaller(Uni<T> uni) {
    Context context = Vertx.currentContext();
    return context == null
        ? uni
        : uni.emitOn(command -> context.runOnContext(ignored -> command.run()));
  }
}
