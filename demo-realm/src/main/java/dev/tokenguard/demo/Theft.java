package dev.tokenguard.demo;

import com.fasterxml.jackson.databind.JsonNode;
import dev.tokenguard.testbed.client.Answer;

/** An old token is replayed: another client has a copy, and the family is revoked. */
record Theft(Stage stage, Device laptop) implements Step {

  private static final int STOLEN = 1;

  @Override
  public String title() {
    return "A theft is detected";
  }

  @Override
  public String tale() {
    return "A thief has a copy of generation "
        + STOLEN
        + " and sends it. Keycloak cannot distinguish the thief from\n"
        + "Alice, so it revokes the family: the newest refresh token and every access token.";
  }

  @Override
  public void play() {
    App thief = stage.app("thief", "demo-spa");
    TokenPlace newest = laptop.place();
    Answer refused = thief.refresh(laptop.refreshToken(STOLEN));
    stage.check("the thief is refused", refused.error().equals("invalid_grant"));
    JsonNode event = stage.event("REFRESH_TOKEN_ERROR", newest);
    stage.check("it names the reuse", event.path("error").asText().equals("refresh_token_reused"));
    stage.check(
        "it names both generations",
        Stage.detail(event, "refresh_token_generation").equals(String.valueOf(STOLEN))
            && Stage.detail(event, "refresh_token_generation_newest")
                .equals(String.valueOf(newest.generation())));
    stage.redis("alice");
    Answer afterwards = laptop.refresh();
    stage.check("the newest refresh token is revoked", afterwards.error().equals("invalid_grant"));
    checkAccessTokenRevoked("the newest", laptop.accessToken());
    checkAccessTokenRevoked("the login's", laptop.accessToken(0));
    stage.check(
        "introspection reports it as inactive",
        !stage.backend().introspect(laptop.accessToken()).body().path("active").asBoolean(true));
  }

  private void checkAccessTokenRevoked(String which, String accessToken) {
    stage.check(
        which + " access token is revoked", laptop.app().userinfo(accessToken).status() == 401);
  }
}
