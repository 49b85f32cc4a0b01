package dev.tokenguard.demo;

import com.fasterxml.jackson.databind.JsonNode;
import dev.tokenguard.testbed.client.Jwt;

/**
 * The place of a refresh token in its family: what a transcript may show of it. A token that does
 * not name its family is the first one of the family that is named by the token's own id.
 *
 * @param isGuarded whether Token Guard has made the token
 */
record TokenPlace(String family, long generation, String id, boolean isGuarded) {

  static TokenPlace of(String refreshToken) {
    JsonNode claims = Jwt.claims(refreshToken);
    String id = claims.path("jti").asText();
    return new TokenPlace(
        claims.path("rtf").asText(id),
        claims.path("rtg").asLong(0),
        id,
        claims.has("rtf") || claims.has("rta"));
  }

  boolean isNextAfter(TokenPlace other) {
    return family.equals(other.family) && generation == other.generation + 1;
  }

  @Override
  public String toString() {
    String jti = "jti " + abridged(id);
    return isGuarded
        ? "family %s, generation %d, %s".formatted(abridged(family), generation, jti)
        : jti;
  }

  /** The first letters of an id, behind the prefix that the ids of access tokens have. */
  static String abridged(String id) {
    int end = id.indexOf(':') + 9;
    return id.length() > end ? id.substring(0, end) + ".." : id;
  }
}
