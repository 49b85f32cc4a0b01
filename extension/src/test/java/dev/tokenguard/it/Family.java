package dev.tokenguard.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.tokenguard.testbed.client.Answer;
import dev.tokenguard.testbed.client.Jwt;
import dev.tokenguard.testbed.client.OidcClient;

/** What the tests say about answers, in the words of the domain. */
final class Family {

  private Family() {}

  /** The generation that the refresh token of an answer carries; 0 for the token of a login. */
  static long generation(Answer answer) {
    return Jwt.claims(answer.refreshToken()).path("rtg").asLong(0);
  }

  static String id(Answer answer) {
    JsonNode claims = Jwt.claims(answer.refreshToken());
    return claims.path("rtf").asText(claims.path("jti").asText());
  }

  static String session(Answer answer) {
    return Jwt.claims(answer.refreshToken()).path("sid").asText();
  }

  /** Refused as every refusal is: what was wrong with the token is not told. */
  static void assertRefused(Answer answer) {
    assertThat(answer.status()).as("%s", answer.body()).isEqualTo(400);
    assertThat(answer.error()).isEqualTo("invalid_grant");
    assertThat(answer.errorDescription()).isEqualTo("Invalid refresh token");
  }

  /** Refused by Keycloak's own checks, in its own words. */
  static void assertRefusedByKeycloak(Answer answer) {
    assertThat(answer.status()).as("%s", answer.body()).isEqualTo(400);
    assertThat(answer.error()).isEqualTo("invalid_grant");
  }

  static void assertAlive(OidcClient client, Answer answer) {
    assertThat(client.userinfo(answer.accessToken()).status()).isEqualTo(200);
  }

  static void assertDead(OidcClient client, Answer answer) {
    assertThat(client.userinfo(answer.accessToken()).status()).isEqualTo(401);
  }
}
