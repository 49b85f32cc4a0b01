package dev.tokenguard.keycloak.introspection;

import dev.tokenguard.keycloak.connection.RedisConnection;
import dev.tokenguard.keycloak.policy.PolicyContext;
import dev.tokenguard.keycloak.refresh.LineageClaims;
import dev.tokenguard.keycloak.refresh.RotationRequestFactory;
import dev.tokenguard.rotation.FamilyStore;
import dev.tokenguard.rotation.RefreshDecision;
import dev.tokenguard.rotation.RefreshDecision.Outcome;
import dev.tokenguard.rotation.RotationPolicy;
import dev.tokenguard.rotation.RotationRequest;
import dev.tokenguard.rotation.StoreUnavailableException;
import java.util.Optional;
import org.keycloak.events.Details;
import org.keycloak.events.Errors;
import org.keycloak.events.EventBuilder;
import org.keycloak.jose.jws.JWSInput;
import org.keycloak.jose.jws.JWSInputException;
import org.keycloak.models.AuthenticatedClientSessionModel;
import org.keycloak.models.ClientModel;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.UserSessionModel;
import org.keycloak.representations.AccessToken;
import org.keycloak.representations.RefreshToken;
import org.keycloak.util.TokenUtil;

/**
 * Looks up whether a refresh token would be accepted (RFC 7662, section 2.2): it is not revoked,
 * and it was not replaced by a newer one outside the grace period. Changes nothing.
 */
final class RefreshTokenLookup {

  /** The reason in the event. */
  private static final String INACTIVE = "The refresh token was revoked or replaced";

  private final KeycloakSession session;
  private final EventBuilder event;

  /**
   * @param event the event of the introspection, whose error is set if the token is not active
   */
  RefreshTokenLookup(KeycloakSession session, EventBuilder event) {
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
  boolean isActive(
      String text, AccessToken token, UserSessionModel userSession, ClientModel client) {
    if (!TokenUtil.TOKEN_TYPE_REFRESH.equals(token.getType())
        && !TokenUtil.TOKEN_TYPE_OFFLINE.equals(token.getType())) {
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
  boolean isActive(RefreshToken token, UserSessionModel userSession, ClientModel client) {
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
}
