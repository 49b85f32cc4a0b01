package dev.tokenguard.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.tokenguard.checker.TokenClaims;
import dev.tokenguard.testbed.client.Answer;
import dev.tokenguard.testbed.client.Jwt;
import dev.tokenguard.testbed.client.OidcClient;

/** Claims of the tokens of an answer, and assertions on answers. */
public final class Tokens {

  private Tokens() {}

  /** The generation that the refresh token of an answer carries; 0 for the token of a login. */
  public static long generation(Answer answer) {
    return Jwt.claims(answer.refreshToken()).path("rtg").asLong(0);
  }

  public static String family(Answer answer) {
    JsonNode claims = Jwt.claims(answer.refreshToken());
    return claims.path("rtf").asText(claims.path("jti").asText());
  }

  public static String session(Answer answer) {
    return Jwt.claims(answer.refreshToken()).path("sid").asText();
  }

  public static String accessTokenId(Answer answer) {
    return Jwt.claims(answer.accessToken()).path("jti").asText();
  }

  /** The access token as a resource server passes it to the checker. */
  public static TokenClaims claims(Answer answer) {
    return TokenClaims.of(
        new ObjectMapper()
            .convertValue(Jwt.claims(answer.accessToken()), new TypeReference<>() {}));
  }

  /** All refusals are the same: the response does not reveal what is wrong with the token. */
  public static void assertRefused(Answer answer) {
    assertRefusedByKeycloak(answer);
    assertThat(answer.errorDescription()).isEqualTo("Invalid refresh token");
  }

  /** Refused by Keycloak's own checks, with a description of Keycloak. */
  public static void assertRefusedByKeycloak(Answer answer) {
    assertThat(answer.status()).as("%s", answer.body()).isEqualTo(400);
    assertThat(answer.error()).isEqualTo("invalid_grant");
  }

  /** Replays a token that is two generations old, which is detected; gives the newest answer. */
  public static Answer reuse(OidcClient client, Answer login) {
    Answer next = client.refresh(login.refreshToken()).orFail();
    Answer newest = client.refresh(next.refreshToken()).orFail();
    assertRefused(client.refresh(login.refreshToken()));
    return newest;
  }

  /** The access tokens are accepted. */
  public static void assertActive(OidcClient client, Answer... answers) {
    for (Answer answer : answers) {
      assertThat(client.userinfo(answer.accessToken()).status()).isEqualTo(200);
    }
  }

  /** The access tokens are refused. */
  public static void assertRevoked(OidcClient client, Answer... answers) {
    for (Answer answer : answers) {
      assertThat(client.userinfo(answer.accessToken()).status()).isEqualTo(401);
    }
  }
}
