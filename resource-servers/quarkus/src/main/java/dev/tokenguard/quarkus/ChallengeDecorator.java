package dev.tokenguard.quarkus;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.quarkus.security.AuthenticationFailedException;
import io.quarkus.vertx.http.runtime.security.ChallengeData;
import io.quarkus.vertx.http.runtime.security.HttpAuthenticationMechanism;
import io.quarkus.vertx.http.runtime.security.HttpSecurityUtils;
import io.smallrye.mutiny.Uni;
import io.vertx.ext.web.RoutingContext;
import jakarta.annotation.Priority;
import jakarta.decorator.Decorator;
import jakarta.decorator.Delegate;
import jakarta.enterprise.inject.Any;
import jakarta.inject.Inject;
import jakarta.interceptor.Interceptor;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jose4j.jwt.consumer.InvalidJwtException;

/**
 * Adds the error to the challenge (RFC 6750, section 3), which {@code quarkus-oidc} sends without:
 * a client refreshes after an expired token, and may give up after a revoked one.
 */
@Decorator
@Priority(Interceptor.Priority.LIBRARY_BEFORE)
abstract class ChallengeDecorator implements HttpAuthenticationMechanism {

  /** The attribute of a failure that has its challenge. */
  static final String CHALLENGE = "token-guard-challenge";

  private static final String BEARER = "Bearer";

  private final HttpAuthenticationMechanism mechanism;
  private final TokenGuard guard;

  @Inject
  ChallengeDecorator(@Any @Delegate HttpAuthenticationMechanism mechanism, TokenGuard guard) {
    this.mechanism = mechanism;
    this.guard = guard;
  }

  @Override
  public Uni<ChallengeData> getChallenge(RoutingContext request) {
    Uni<ChallengeData> challenge = mechanism.getChallenge(request);
    return guard.isEnabled() ? challenge.map(it -> withError(it, request)) : challenge;
  }

  private ChallengeData withError(ChallengeData data, RoutingContext request) {
    String header = data == null ? null : data.getHeaders().get(HttpHeaderNames.WWW_AUTHENTICATE);
    if (header == null || !isBearerWithoutError(header)) {
      return data;
    }
    String parameters = header.substring(BEARER.length()).trim();
    String challenge = challenge(HttpSecurityUtils.getAuthenticationFailureFromEvent(request));
    Map<CharSequence, String> headers = new LinkedHashMap<>(data.getHeaders());
    headers.put(
        HttpHeaderNames.WWW_AUTHENTICATE,
        parameters.isEmpty() ? challenge : challenge + ", " + parameters);
    return new ChallengeData(data.status, headers);
  }

  /** Others are those of DPoP, of step-up authentication and of other mechanisms. */
  private static boolean isBearerWithoutError(String header) {
    return header.startsWith(BEARER) && !header.contains("error=");
  }

  private String challenge(AuthenticationFailedException failure) {
    if (failure == null) {
      return guard.challenge().missing();
    }
    String challenge = failure.getAttribute(CHALLENGE);
    if (challenge != null) {
      return challenge;
    }
    return isExpiredOnly(failure)
        ? guard.challenge().expired()
        : guard.challenge().invalidToken("The access token is not valid");
  }

  /** A token that is not valid for another reason as well is of no use after a refresh either. */
  private static boolean isExpiredOnly(Throwable failure) {
    return failure.getCause() instanceof InvalidJwtException invalid
        && invalid.hasExpired()
        && invalid.getErrorDetails().size() == 1;
  }
}
