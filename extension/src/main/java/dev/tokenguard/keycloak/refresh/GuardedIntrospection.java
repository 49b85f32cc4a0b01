package dev.tokenguard.keycloak.refresh;

import dev.tokenguard.keycloak.connection.RedisConnection;
import dev.tokenguard.keycloak.policy.PolicyContext;
import dev.tokenguard.rotation.FamilyStore;
import dev.tokenguard.rotation.RefreshDecision;
import dev.tokenguard.rotation.RefreshDecision.Outcome;
import dev.tokenguard.rotation.RotationPolicy;
import dev.tokenguard.rotation.RotationRequest;
import dev.tokenguard.rotation.StoreUnavailableException;
import jakarta.ws.rs.core.Response;
import java.util.Optional;
import java.util.Set;
import org.keycloak.authorization.protection.introspect.RPTIntrospectionProvider;
import org.keycloak.authorization.protection.introspect.RPTIntrospectionProviderFactory;
import org.keycloak.events.Details;
import org.keycloak.events.Errors;
import org.keycloak.events.EventBuilder;
import org.keycloak.jose.jws.JWSInput;
import org.keycloak.jose.jws.JWSInputException;
import org.keycloak.models.AuthenticatedClientSessionModel;
import org.keycloak.models.ClientModel;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.UserSessionModel;
import org.keycloak.protocol.oidc.AccessTokenIntrospectionProvider;
import org.keycloak.protocol.oidc.AccessTokenIntrospectionProviderFactory;
import org.keycloak.protocol.oidc.RefreshTokenIntrospectionProvider;
import org.keycloak.protocol.oidc.RefreshTokenIntrospectionProviderFactory;
import org.keycloak.protocol.oidc.TokenIntrospectionProvider;
import org.keycloak.provider.Provider;
import org.keycloak.representations.AccessToken;
import org.keycloak.representations.RefreshToken;

/**
 * The introspection of refresh tokens (RFC 7662, section 2.2): looks up whether a token would be
 * accepted. It is not revoked, and it was not replaced by a newer one outside the grace period.
 * Changes nothing. Its factories replace those of Keycloak that answer for refresh tokens: one for
 * each hint.
 */
public final class GuardedIntrospection {

  /** The reason in the event. */
  private static final String INACTIVE = "The refresh token was revoked or replaced";

  /** Keycloak selects the highest order for an id; that of the built-in factories is 0. */
  private static final int BEFORE_BUILT_IN = 10;

  private final KeycloakSession session;
  private final EventBuilder event;

  /**
   * @param event the event of the introspection, whose error is set if the token is not active
   */
  private GuardedIntrospection(KeycloakSession session, EventBuilder event) {
    this.session = session;
    this.event = event;
  }

  /**
   * Whether a token that is introspected as another type is active; true if it is no refresh token.
   * Keycloak accepts a refresh token without a hint from clients that may introspect without an
   * audience check, and as a requesting party token from all clients.
   *
   * @param text the token, which Keycloak has verified
   */
  private boolean isActive(
      String text, AccessToken token, UserSessionModel userSession, ClientModel client) {
    if (!GuardedRefreshTokenGrant.isRefreshToken(token)) {
      return true;
    }
    try {
      return isActive(new JWSInput(text).readJsonContent(RefreshToken.class), userSession, client);
    } catch (JWSInputException impossible) {
      return refused();
    }
  }

  /**
   * Whether a refresh token is active; during an outage of Redis, the result of Keycloak applies.
   */
  private boolean isActive(RefreshToken token, UserSessionModel userSession, ClientModel client) {
    Optional<FamilyStore> store = RedisConnection.familiesOf(session);
    Optional<RotationPolicy> policy = PolicyContext.effectivePolicy(session);
    AuthenticatedClientSessionModel clientSession =
        userSession.getAuthenticatedClientSessionByClient(client.getId());
    if (store.isEmpty()
        || clientSession == null
        || policy.isEmpty() && !LineageClaims.areIn(token)) {
      return true;
    }
    RotationPolicy lookup = policy.orElse(RotationPolicy.LOOKUP).lookupOnly();
    return RotationRequestFactory.ofLookup(session, clientSession, token, lookup)
            .filter(request -> isActive(store.get(), request, lookup))
            .isPresent()
        || refused();
  }

  private static boolean isActive(
      FamilyStore store, RotationRequest request, RotationPolicy policy) {
    try {
      RefreshDecision decision = store.rotate(request, policy, attempt -> false);
      Outcome outcome = decision.observed().orElse(decision.outcome());
      return outcome != Outcome.REVOKED && outcome != Outcome.REUSED;
    } catch (StoreUnavailableException unavailable) {
      // The connection has counted and logged it.
      return true;
    }
  }

  private boolean refused() {
    event.detail(Details.REASON, INACTIVE);
    event.error(Errors.INVALID_TOKEN);
    return false;
  }

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

    /** Keycloak's introspection without a hint, plus a lookup of a refresh token. */
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
            && new GuardedIntrospection(session, eventBuilder)
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

    /** Keycloak's introspection of a refresh token, plus a lookup of its family. */
    private static final class GuardedRefreshTokenIntrospection
        extends RefreshTokenIntrospectionProvider {

      GuardedRefreshTokenIntrospection(KeycloakSession session) {
        super(session);
      }

      @Override
      protected boolean verifyTokenReuse() {
        // From 26.6 on, Keycloak admits only the client of the token, which it checks afterwards.
        return super.verifyTokenReuse()
            && new GuardedIntrospection(session, eventBuilder).isActive(token, userSession, client);
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

    /** Keycloak's introspection of requesting party tokens, plus a lookup of a refresh token. */
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
            && new GuardedIntrospection(session, eventBuilder)
                .isActive(text, token, userSession, client);
      }
    }
  }
}
