package dev.tokenguard.keycloak.policy;

import dev.tokenguard.keycloak.tokens.LineageClaims;
import dev.tokenguard.rotation.TokenPosition;
import java.util.Optional;
import org.keycloak.models.KeycloakSession;
import org.keycloak.representations.RefreshToken;
import org.keycloak.services.clientpolicy.context.TokenRevokeContext;

/**
 * The position of the refresh token that the current request revokes (RFC 7009). Keycloak's event
 * contains only the id of the token, from which the family cannot be derived.
 */
public final class RevokedTokenContext {

  private static final String ATTRIBUTE = RevokedTokenContext.class.getName();

  private RevokedTokenContext() {}

  static void record(KeycloakSession session, TokenRevokeContext context) {
    String encoded = context.getParams().getFirst("token");
    RefreshToken token =
        encoded == null ? null : session.tokens().decode(encoded, RefreshToken.class);
    if (token != null && token.getId() != null) {
      LineageClaims.placeOf(token).ifPresent(place -> session.setAttribute(ATTRIBUTE, place));
    }
  }

  /** Empty if the current request revokes no refresh token of a client with a policy. */
  public static Optional<TokenPosition> positionIn(KeycloakSession session) {
    return Optional.ofNullable(session.getAttribute(ATTRIBUTE, TokenPosition.class));
  }
}
