package dev.tokenguard.demo.terminal;

import com.fasterxml.jackson.databind.JsonNode;
import dev.tokenguard.testbed.client.Jwt;

/**
 * The position of a refresh token in its family, as the transcript shows it. The id of the first
 * token is the id of the family.
 *
 * @param isGuarded whether Token Guard issued the token
 */
public record TokenPosition(String family, long generation, String id, boolean isGuarded) {

  public static TokenPosition of(String refreshToken) {
    JsonNode claims = Jwt.claims(refreshToken);
    String id = claims.path("jti").asText();
    return new TokenPosition(
        claims.path("rtf").asText(id),
        claims.path("rtg").asLong(0),
        id,
        claims.has("rtf") || claims.has("rta"));
  }

  public boolean isNextAfter(TokenPosition other) {
    return family.equals(other.family) && generation == other.generation + 1;
  }

  @Override
  public String toString() {
    String jti = "jti " + abridged(id);
    return isGuarded
        ? "family %s, generation %d, %s".formatted(abridged(family), generation, jti)
        : jti;
  }

  /** The first characters of an id, after the prefix of an access token. */
  public static String abridged(String id) {
    int end = id.indexOf(':') + 9;
    return id.length() > end ? id.substring(0, end) + ".." : id;
  }
}
