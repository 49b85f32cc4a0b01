package dev.tokenguard.keycloak.policy;

import dev.tokenguard.keycloak.refresh.LineageClaims;
import dev.tokenguard.rotation.RotationPolicy;
import dev.tokenguard.rotation.TokenPosition;
import jakarta.ws.rs.core.MultivaluedMap;
import java.util.Optional;
import org.keycloak.models.KeycloakSession;
import org.keycloak.representations.RefreshToken;
import org.keycloak.services.clientpolicy.context.TokenRevokeContext;

/** What the executor has determined for the current request; the providers read it. */
public final class PolicyContext {

  private static final String POLICY = "token-guard.policy";
  private static final String REVOKED = "token-guard.revocation";

  private PolicyContext() {}

  /** If two policies match a client, the last one in the realm's list counts. */
  static void setPolicy(KeycloakSession session, RotationPolicy policy) {
    session.setAttribute(POLICY, policy);
  }

  /** Empty when no policy with the executor matches the client. */
  public static Optional<RotationPolicy> effectivePolicy(KeycloakSession session) {
    return Optional.ofNullable(session.getAttribute(POLICY, RotationPolicy.class));
  }

  static void setRevocation(KeycloakSession session, TokenRevokeContext context) {
    session.setAttribute(REVOKED, context.getParams());
  }

  /**
   * The position of the refresh token that the current request revokes (RFC 7009). Keycloak's event
   * contains only the id of the token, from which the family cannot be derived. Empty if the client
   * has no policy.
   */
  @SuppressWarnings("unchecked")
  public static Optional<TokenPosition> revokedToken(KeycloakSession session) {
    // Read late, because another executor may take the token from a cookie.
    MultivaluedMap<String, String> params = session.getAttribute(REVOKED, MultivaluedMap.class);
    return Optional.ofNullable(params)
        .map(it -> it.getFirst("token"))
        .map(encoded -> session.tokens().decode(encoded, RefreshToken.class))
        .filter(token -> token.getId() != null)
        .flatMap(LineageClaims::positionOf);
  }
}
