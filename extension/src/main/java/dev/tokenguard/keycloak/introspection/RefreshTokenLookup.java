package dev.tokenguard.keycloak.introspection;

import dev.tokenguard.keycloak.connection.RedisConnection;
import dev.tokenguard.keycloak.policy.EffectivePolicy;
import dev.tokenguard.keycloak.refresh.RotationRequestFactory;
import dev.tokenguard.keycloak.tokens.LineageClaims;
import dev.tokenguard.rotation.FamilyStore;
import dev.tokenguard.rotation.RefreshDecision;
import dev.tokenguard.rotation.RefreshDecision.Outcome;
import dev.tokenguard.rotation.RotationPolicy;
import dev.tokenguard.rotation.RotationRequest;
import dev.tokenguard.rotation.StoreUnavailableException;
import java.util.Optional;
import org.keycloak.models.AuthenticatedClientSessionModel;
import org.keycloak.models.ClientModel;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.UserSessionModel;
import org.keycloak.representations.RefreshToken;

/**
 * Looks up whether a refresh token would be accepted (RFC 7662, section 2.2): it is not revoked,
 * and it was not replaced by a newer one outside the grace period. Changes nothing.
 */
final class RefreshTokenLookup {

  /** The reason in the event. */
  static final String INACTIVE = "The refresh token was revoked or replaced";

  private final KeycloakSession session;

  RefreshTokenLookup(KeycloakSession session) {
    this.session = session;
  }

  /** Whether the token is active; during an outage of Redis, the result of Keycloak applies. */
  boolean isActive(RefreshToken token, UserSessionModel userSession, ClientModel client) {
    Optional<FamilyStore> store = RedisConnection.familiesOf(session);
    Optional<RotationPolicy> policy = EffectivePolicy.of(session);
    AuthenticatedClientSessionModel clientSession =
        userSession.getAuthenticatedClientSessionByClient(client.getId());
    if (store.isEmpty()
        || clientSession == null
        || policy.isEmpty() && !LineageClaims.areIn(token)) {
      return true;
    }
    return RotationRequestFactory.ofLookup(session, clientSession, token)
        .filter(
            request ->
                isActive(store.get(), request, policy.orElse(RotationPolicy.LOOKUP).lookupOnly()))
        .isPresent();
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
}
