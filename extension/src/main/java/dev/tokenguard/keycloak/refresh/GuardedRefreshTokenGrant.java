package dev.tokenguard.keycloak.refresh;

import static java.util.Objects.requireNonNull;

import dev.tokenguard.keycloak.connection.RedisConnection;
import dev.tokenguard.keycloak.cookie.RefreshTokenCookie;
import dev.tokenguard.keycloak.policy.PoliciesWithExecutor;
import dev.tokenguard.keycloak.policy.PolicyContext;
import dev.tokenguard.keycloak.policy.PolicyFindings;
import dev.tokenguard.keycloak.refresh.ReuseHandler.ListedFamilies;
import dev.tokenguard.keycloak.support.KeycloakCapability;
import dev.tokenguard.rotation.RefreshDecision;
import dev.tokenguard.rotation.RefreshDecision.Outcome;
import dev.tokenguard.rotation.RefreshDecision.Replayed;
import dev.tokenguard.rotation.RotationPolicy;
import dev.tokenguard.rotation.RotationRequest;
import dev.tokenguard.rotation.RotationRequest.KeyProof;
import dev.tokenguard.rotation.RotationService;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Metrics;
import jakarta.ws.rs.core.Response;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.keycloak.OAuth2Constants;
import org.keycloak.OAuthErrorException;
import org.keycloak.events.Details;
import org.keycloak.events.Errors;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.KeycloakSessionFactory;
import org.keycloak.protocol.oidc.TokenManager.AccessTokenResponseBuilder;
import org.keycloak.protocol.oidc.grants.OAuth2GrantType;
import org.keycloak.protocol.oidc.grants.RefreshTokenGrantType;
import org.keycloak.protocol.oidc.grants.RefreshTokenGrantTypeFactory;
import org.keycloak.provider.Provider;
import org.keycloak.provider.ServerInfoAwareProviderFactory;
import org.keycloak.representations.AccessTokenResponse;
import org.keycloak.representations.JsonWebToken;
import org.keycloak.representations.RefreshToken;
import org.keycloak.services.CorsErrorResponseException;
import org.keycloak.util.TokenUtil;

/**
 * The grant {@code refresh_token} (RFC 6749, section 6): rotates for clients with a policy, and
 * looks up each token that was issued with one. Keycloak's own checks come first; the store decides
 * last, when the successor is ready to be signed.
 *
 * <p>Keycloak binds the new tokens to the client's certificate after its last check (RFC 8705), in
 * a method of its own in every version from 26.4 on. This class decides there, with a policy or
 * without one; the client-policy event that follows reaches the executors of matching policies
 * only.
 */
public final class GuardedRefreshTokenGrant extends RefreshTokenGrantType {

  private static final String NOT_ACTIVE = "Session not active";

  /**
   * Keycloak's refusals of a token whose client session was terminated with its family. They are
   * replaced by the neutral one, because they would reveal the reason.
   */
  private static final Set<String> TERMINATED =
      Set.of(
          NOT_ACTIVE,
          "Session doesn't have required client",
          "Offline user session not found",
          "refresh token issued before the client session started");

  private final Meters meters;
  private final PolicyFindings findings;
  private final ListedFamilies listed;
  private boolean isDecided;
  private boolean isRepeated;

  private GuardedRefreshTokenGrant(Meters meters, PolicyFindings findings, ListedFamilies listed) {
    this.meters = meters;
    this.findings = findings;
    this.listed = listed;
  }

  @Override
  public Response process(Context given) {
    isDecided = false;
    isRepeated = false;
    RefreshTokenCookie.replaceMissing(given.getSession(), given.getClient(), given.getFormParams());
    Response answer = answer(given);
    if (!isDecided && guarded().isPresent()) {
      throw new IllegalStateException(
          "This version of Keycloak is not supported: it has another refresh grant");
    }
    SharedUnacknowledgedRotations.responseIsBuilt(session);
    if (isRepeated
        && answer.getEntity() instanceof AccessTokenResponse tokens
        && tokens.getRefreshToken() != null) {
      // The same bytes, also if a later version of Keycloak would serialize its claims differently.
      tokens.setRefreshToken(formParams.getFirst(OAuth2Constants.REFRESH_TOKEN));
    }
    return answer;
  }

  private Response answer(Context given) {
    try {
      return super.process(given);
    } catch (CorsErrorResponseException refused) {
      RefreshTokenCookie.refused(session, refused);
      String reason = refused.getErrorDescription();
      throw reason != null && TERMINATED.contains(reason) && guarded().isPresent()
          ? terminated(reason)
          : refused;
    }
  }

  /**
   * The client session is terminated with its last family, and Keycloak reports the session as
   * inactive during that commit; the response stays neutral.
   */
  private CorsErrorResponseException terminated(String reason) {
    // Keycloak has removed a session that is not valid, which is to be committed.
    if (!NOT_ACTIVE.equals(reason)) {
      session.getTransactionManager().setRollbackOnly();
    }
    meters.count(Outcome.REVOKED);
    return neutral();
  }

  private CorsErrorResponseException neutral() {
    return new CorsErrorResponseException(
        cors,
        OAuthErrorException.INVALID_GRANT,
        RefreshResponder.NEUTRAL,
        Response.Status.BAD_REQUEST);
  }

  @Override
  protected void checkAndBindMtlsHoKToken(
      AccessTokenResponseBuilder response, boolean useRefreshToken) {
    super.checkAndBindMtlsHoKToken(response, useRefreshToken);
    isDecided = true;
    guarded().ifPresent(presented -> decide(presented, response));
  }

  /**
   * The presented token, if the store decides about it: with a policy, or with lineage claims. So a
   * revoked token stays revoked without a policy for the current request.
   */
  private Optional<RefreshToken> guarded() {
    if (RedisConnection.familiesOf(session).isEmpty()) {
      return Optional.empty();
    }
    // Keycloak has verified it, and also reads the parameter again after the policy event.
    RefreshToken presented =
        session
            .tokens()
            .decode(formParams.getFirst(OAuth2Constants.REFRESH_TOKEN), RefreshToken.class);
    return Optional.ofNullable(presented)
        .filter(GuardedRefreshTokenGrant::isRefreshToken)
        .filter(
            token ->
                PolicyContext.effectivePolicy(session).isPresent() || LineageClaims.areIn(token));
  }

  /** From 26.7 on, Keycloak has other types of refresh tokens, for verifiable credentials. */
  static boolean isRefreshToken(JsonWebToken token) {
    return TokenUtil.TOKEN_TYPE_REFRESH.equals(token.getType())
        || TokenUtil.TOKEN_TYPE_OFFLINE.equals(token.getType());
  }

  private void decide(RefreshToken presented, AccessTokenResponseBuilder response) {
    Optional<RotationPolicy> effective = PolicyContext.effectivePolicy(session);
    observe(presented, effective.isPresent());
    decide(
        presented,
        response,
        effective.map(this::withoutSuppressedRotation).orElse(RotationPolicy.LOOKUP));
  }

  /**
   * Keycloak's executor {@code suppress-refresh-token-rotation} removes the next token from the
   * response, after the decision of the store. The client then uses the presented one again, which
   * is no reuse.
   */
  private RotationPolicy withoutSuppressedRotation(RotationPolicy policy) {
    if (!policy.rotates() || !PoliciesWithExecutor.suppressRotation(session, client)) {
      return policy;
    }
    findings.rotationSuppressed(realm, client);
    return policy.withoutRotation();
  }

  private void observe(RefreshToken presented, boolean isPolicyInForce) {
    if (isPolicyInForce) {
      findings.refreshedWithPolicy(
          session, realm, client, presented, LineageClaims.areIn(presented));
    } else {
      findings.refreshedWithoutPolicy(session, realm, client);
    }
  }

  private void decide(
      RefreshToken presented, AccessTokenResponseBuilder response, RotationPolicy policy) {
    RotationRequest request =
        RotationRequestFactory.ofRefresh(session, client, presented, response, policy)
            .orElseThrow(this::foreignClaims);
    if (policy.usesKey() && request.keyProof() == KeyProof.NO_KEY) {
      findings.keyMissing(realm, client);
    }
    SharedUnacknowledgedRotations unacknowledged = new SharedUnacknowledgedRotations(session);
    RefreshDecision decision =
        new RotationService(RedisConnection.familiesOf(session).orElseThrow(), unacknowledged)
            .refresh(request, policy);
    meters.count(decision);
    isRepeated = !policy.rotates() && !(decision instanceof Replayed);
    if (decision.issued().isPresent()) {
      unacknowledged.recordUnlessBuilt(request);
    }
    decision.accept(
        new RefreshResponder(session, context, presented, response, request, policy, listed));
  }

  private CorsErrorResponseException foreignClaims() {
    event.detail(Details.REASON, RefreshResponder.NEUTRAL);
    event.error(Errors.INVALID_TOKEN);
    return neutral();
  }

  /** Replaces Keycloak's factory of the grant {@code refresh_token}. */
  public static final class Factory extends RefreshTokenGrantTypeFactory
      implements ServerInfoAwareProviderFactory {

    /** Keycloak selects the highest order for an id; that of the built-in factory is 0. */
    private static final int BEFORE_BUILT_IN = 10;

    private static final String NONE = "none";

    private Meters meters;
    private PolicyFindings findings;
    private ListedFamilies listed;

    @Override
    public int order() {
      return BEFORE_BUILT_IN;
    }

    @Override
    public Set<Class<? extends Provider>> dependsOn() {
      return Set.of(RedisConnection.class);
    }

    @Override
    public void postInit(KeycloakSessionFactory factory) {
      super.postInit(factory);
      meters = new Meters();
      findings = new PolicyFindings();
      listed = new ListedFamilies();
    }

    @Override
    public OAuth2GrantType create(KeycloakSession session) {
      return new GuardedRefreshTokenGrant(meters, findings, listed);
    }

    /** The findings of this node since its start. */
    @Override
    public Map<String, String> getOperationalInfo() {
      Map<String, String> info = new LinkedHashMap<>();
      info.put("spis-in-use", KeycloakCapability.describe());
      info.put("policies-with-partial-coverage", orNone(findings.describePartialCoverage()));
      info.put(
          "clients-with-suppressed-rotation", orNone(findings.clientsWithSuppressedRotation()));
      info.put("clients-without-key", orNone(findings.clientsWithoutKey()));
      info.put("realms-not-storing-reuse-events", orNone(findings.realmsNotStoringReuses()));
      return info;
    }

    private static String orNone(String found) {
      return found.isEmpty() ? NONE : found;
    }
  }

  /** Counts refreshes of clients with a policy and of tokens with lineage, by outcome. */
  private static final class Meters {

    private final Map<Outcome, Counter> decided =
        counters("token_guard.refresh", "Refreshes by their outcome");
    private final Map<Outcome, Counter> observed =
        counters("token_guard.refresh.observed", "Refusals that were only reported");

    private void count(RefreshDecision decision) {
      count(decision.outcome());
      decision.observed().ifPresent(outcome -> requireNonNull(observed.get(outcome)).increment());
    }

    /** Counts a refresh that was refused before a call to the store. */
    private void count(Outcome outcome) {
      requireNonNull(decided.get(outcome)).increment();
    }

    private static Map<Outcome, Counter> counters(String name, String description) {
      Map<Outcome, Counter> counters = new EnumMap<>(Outcome.class);
      for (Outcome outcome : Outcome.values()) {
        counters.put(
            outcome,
            Counter.builder(name)
                .description(description)
                .tag("outcome", outcome.id())
                .register(Metrics.globalRegistry));
      }
      return counters;
    }
  }
}
