package dev.tokenguard.keycloak.tokens;

import dev.tokenguard.rotation.TokenPosition;

/**
 * The tag of access tokens that the hybrid flow issues with the code (OpenID Connect Core 1.0,
 * section 3.3). Their family does not exist yet, so they are registered for the client session and
 * revoked with each family of it.
 */
public final class FrontChannelTag {

  private FrontChannelTag() {}

  /**
   * @param clientId the internal id of the client
   */
  public static String of(String sessionId, String clientId) {
    return new TokenPosition("front-channel\n" + sessionId + "\n" + clientId, 0).tag();
  }
}
