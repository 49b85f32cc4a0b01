package dev.tokenguard.keycloak.tokens;

import dev.tokenguard.rotation.TokenPosition;

/**
 * The tag of access tokens that the hybrid flow issues before the code is exchanged. Their family
 * does not exist yet, so they are registered for the client session; each family of it names them.
 */
public final class FrontChannelTag {

  private FrontChannelTag() {}

  /**
   * @param clientId the client's internal id
   */
  public static String of(String sessionId, String clientId) {
    return new TokenPosition("front-channel\n" + sessionId + "\n" + clientId, 0).tag();
  }
}
