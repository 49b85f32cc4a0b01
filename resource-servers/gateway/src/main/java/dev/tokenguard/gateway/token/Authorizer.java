package dev.tokenguard.gateway.token;

import com.nimbusds.jwt.JWTClaimsSet;
import dev.tokenguard.checker.BearerChallenge;
import dev.tokenguard.checker.TokenClaims;
import dev.tokenguard.checker.Verdict;
import dev.tokenguard.gateway.token.Decision.Outcome;
import dev.tokenguard.gateway.token.TokenVerifier.RefusedTokenException;
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
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Decides on a request by its {@code Authorization} headers; the same for each protocol. */
public final class Authorizer {

  private static final Logger LOG = System.getLogger(Authorizer.class.getName());

  /** RFC 6750, section 2.1. The scheme is case-insensitive (RFC 9110, section 11.1). */
  private static final Pattern CREDENTIALS = Pattern.compile("(?i:Bearer)(?: +(.*))?");

  /** {@code b64token}. A comma, which joins several headers, is not in it. */
  private static final Pattern TOKEN = Pattern.compile("[A-Za-z0-9._~+/-]++=*+");

  /**
   * What is undecided at most.
   *
   * @param time of a decision; then it is 503
   */
  public record Limits(int tokenLength, int requests, Duration time) {}

  private final TokenValidator validator;
  private final Function<TokenClaims, CompletionStage<Verdict>> revocations;
  private final UpstreamHeaders upstreamHeaders;
  private final BearerChallenge challenge;
  private final Set<String> requiredScopes;
  private final Limits limits;
  private final AtomicInteger undecided = new AtomicInteger();

  public Authorizer(
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

  public int undecided() {
    return undecided.get();
  }

  public Set<String> upstreamHeaders() {
    return upstreamHeaders.names();
  }

  /**
   * Decides on a request.
   *
   * @param authorization all values of the header
   * @param scopes required in addition to those of the settings
   * @return never fails
   */
  public Future<Decision> decide(List<String> authorization, Set<String> scopes) {
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
    String token;
    try {
      requireValid(scopes);
      token = bearerToken(authorization);
    } catch (RefusedTokenException refused) {
      return Future.failedFuture(refused);
    }
    Future<Decision> decision = validator.validate(token).compose(claims -> decide(claims, scopes));
    return decision.isComplete()
        ? decision
        : decision.timeout(limits.time.toMillis(), TimeUnit.MILLISECONDS);
  }

  /** The challenge of a token without them contains them. */
  private static void requireValid(Set<String> scopes) throws RefusedTokenException {
    if (!Scopes.areValid(scopes)) {
      throw new RefusedTokenException(Outcome.INVALID_REQUEST, "The required scope is not valid");
    }
  }

  private String bearerToken(List<String> authorization) throws RefusedTokenException {
    if (authorization.size() > 1) {
      // The API could use the one that was not checked.
      throw new RefusedTokenException(Outcome.INVALID_REQUEST, "More than one access token");
    }
    Matcher credentials = CREDENTIALS.matcher(authorization.isEmpty() ? "" : authorization.get(0));
    if (!credentials.matches()) {
      throw new RefusedTokenException(Outcome.NO_TOKEN, "No access token");
    }
    String token = credentials.group(1);
    if (token == null || token.length() > limits.tokenLength || !TOKEN.matcher(token).matches()) {
      throw RefusedTokenException.invalid("The token is malformed");
    }
    return token;
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
        case NO_TOKEN -> Decision.challenged(Outcome.NO_TOKEN, 401, challenge.missing());
        case INVALID_REQUEST ->
            Decision.challenged(
                Outcome.INVALID_REQUEST, 400, invalidRequest(refused.description()));
        case EXPIRED -> Decision.challenged(Outcome.EXPIRED, 401, challenge.expired());
        case KEYS_UNAVAILABLE -> Decision.unavailable(Outcome.KEYS_UNAVAILABLE);
        default ->
            Decision.challenged(
                Outcome.INVALID_TOKEN, 401, challenge.invalidToken(refused.description()));
      };
    }
    return failure instanceof TimeoutException
        ? Decision.unavailable(Outcome.TIMED_OUT)
        : failed(failure);
  }

  /** The decision in place of one that a defect of this service prevents. */
  public static Decision failed(Throwable defect) {
    // Without its message, which could have a part of the token.
    LOG.log(
        Level.ERROR,
        "cannot decide: {0} at {1}",
        defect.getClass().getName(),
        defect.getStackTrace().length == 0 ? "?" : defect.getStackTrace()[0]);
    return Decision.unavailable(Outcome.FAILED);
  }

  /** RFC 6750, section 3.1. */
  private String invalidRequest(String description) {
    return challenge.missing()
        + ", error=\"invalid_request\", error_description=\""
        + description
        + "\"";
  }

  private String insufficientScope(Set<String> required) {
    return challenge.missing()
        + ", error=\"insufficient_scope\", scope=\""
        + String.join(" ", required)
        + "\"";
  }
}
