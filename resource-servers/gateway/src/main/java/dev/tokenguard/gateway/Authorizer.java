package dev.tokenguard.gateway;

import com.nimbusds.jwt.JWTClaimsSet;
import dev.tokenguard.checker.BearerChallenge;
import dev.tokenguard.checker.TokenClaims;
import dev.tokenguard.checker.Verdict;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;

/** Decides on a request by its {@code Authorization} headers; the same for each protocol. */
final class Authorizer {

  private static final Logger LOG = System.getLogger(Authorizer.class.getName());

  /**
   * What is undecided at most.
   *
   * @param time of a decision; then it is 503
   */
  record Limits(int tokenLength, int requests, Duration time) {}

  private final TokenValidator validator;
  private final Function<TokenClaims, CompletionStage<Verdict>> revocations;
  private final UpstreamHeaders upstreamHeaders;
  private final BearerChallenge challenge;
  private final Set<String> requiredScopes;
  private final Limits limits;
  private final AtomicInteger undecided = new AtomicInteger();

  Authorizer(
      TokenValidator validator,
      Function<TokenClaims, CompletionStage<Verdict>> revocations,
      UpstreamHeaders upstreamHeaders,
      BearerChallenge challenge,
      Set<String> requiredScopes,
      Limits limits) {
    this.validator = validator;
    this.revocations = revocations;
    this.upstreamHeaders = upstreamHeaders;
    this.challenge = challenge;
    this.requiredScopes = requiredScopes;
    this.limits = limits;
  }

  int undecided() {
    return undecided.get();
  }

  Set<String> upstreamHeaders() {
    return upstreamHeaders.names();
  }

  /**
   * Decides on a request.
   *
   * @param authorization all values of the header
   * @param scopes required in addition to those of the settings
   * @return never fails
   */
  Future<Decision> decide(List<String> authorization, Set<String> scopes) {
    if (undecided.incrementAndGet() > limits.requests) {
      undecided.decrementAndGet();
      return Future.succeededFuture(Decision.unavailable(Outcome.OVERLOADED));
    }
    // Compose also turns what is thrown into a failure, so that each request is counted down again.
    return Future.succeededFuture()
        .compose(begin -> accessToken(authorization, scopes))
        .recover(failure -> Future.succeededFuture(refused(failure)))
        .onComplete(decided -> undecided.decrementAndGet());
  }

  private Future<Decision> accessToken(List<String> authorization, Set<String> scopes) {
    BearerToken token = BearerToken.in(authorization, limits.tokenLength);
    if (token instanceof BearerToken.Present present) {
      Future<Decision> decision =
          validator.validate(present.value()).compose(claims -> decide(claims, scopes));
      return decision.isComplete()
          ? decision
          : decision.timeout(limits.time.toMillis(), TimeUnit.MILLISECONDS);
    }
    return Future.succeededFuture(
        token instanceof BearerToken.None
            ? Decision.challenged(Outcome.NO_TOKEN, 401, challenge.missing())
            : token instanceof BearerToken.Ambiguous
                ? Decision.challenged(Outcome.INVALID_REQUEST, 400, invalidRequest())
                : Decision.challenged(
                    Outcome.INVALID_TOKEN, 401, challenge.invalidToken("The token is malformed")));
  }

  private Future<Decision> decide(JWTClaimsSet claims, Set<String> scopes) {
    Context context = Vertx.currentContext();
    CompletionStage<Verdict> verdict = revocations.apply(TokenClaims.of(claims.getClaims()));
    Future<Verdict> checked =
        context == null
            ? Future.fromCompletionStage(verdict)
            : Future.fromCompletionStage(verdict, context);
    return checked.map(known -> decision(known, claims, scopes));
  }

  private Decision decision(Verdict verdict, JWTClaimsSet claims, Set<String> scopes) {
    if (verdict instanceof Verdict.Revoked revoked) {
      LOG.log(Level.DEBUG, "revoked: {0}, {1}", revoked.scope(), revoked.reason());
      return Decision.challenged(Outcome.REVOKED, 401, challenge.revoked());
    }
    if (verdict instanceof Verdict.Unidentified) {
      return Decision.challenged(
          Outcome.INVALID_TOKEN, 401, challenge.invalidToken("The access token cannot be revoked"));
    }
    if (!verdict.isAccepted()) {
      return Decision.unavailable(Outcome.REVOCATION_UNKNOWN);
    }
    Set<String> missing = new LinkedHashSet<>(requiredScopes);
    missing.addAll(scopes);
    if (!Scopes.of(claims.getClaim("scope")).containsAll(missing)) {
      return Decision.challenged(Outcome.INSUFFICIENT_SCOPE, 403, insufficientScope(missing));
    }
    return Decision.accepted(
        verdict instanceof Verdict.Active, upstreamHeaders.of(claims.getClaims()));
  }

  private Decision refused(Throwable failure) {
    if (failure instanceof RefusedTokenException refused) {
      return switch (refused.outcome()) {
        case EXPIRED -> Decision.challenged(Outcome.EXPIRED, 401, challenge.expired());
        case KEYS_UNAVAILABLE -> Decision.unavailable(Outcome.KEYS_UNAVAILABLE);
        default ->
            Decision.challenged(
                Outcome.INVALID_TOKEN, 401, challenge.invalidToken(refused.description()));
      };
    }
    if (!(failure instanceof TimeoutException)) {
      // Without its message, which could have a part of the token.
      LOG.log(
          Level.ERROR,
          "cannot decide: {0} at {1}",
          failure.getClass().getName(),
          failure.getStackTrace().length == 0 ? "?" : failure.getStackTrace()[0]);
    }
    return Decision.unavailable(Outcome.TIMED_OUT);
  }

  /** RFC 6750, section 3.1. */
  private String invalidRequest() {
    return challenge.missing()
        + ", error=\"invalid_request\", error_description=\"More than one access token\"";
  }

  private String insufficientScope(Set<String> required) {
    return challenge.missing()
        + ", error=\"insufficient_scope\", scope=\""
        + String.join(" ", required)
        + "\"";
  }
}
