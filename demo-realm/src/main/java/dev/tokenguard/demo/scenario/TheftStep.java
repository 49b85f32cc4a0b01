package dev.tokenguard.demo.scenario;

import com.fasterxml.jackson.databind.JsonNode;
import dev.tokenguard.demo.terminal.TokenPosition;
import dev.tokenguard.testbed.client.Answer;

/** An old token is replayed: another client has a copy, and the family is revoked. */
record TheftStep(ScenarioContext context, Application laptop) implements Scenario.Step {

  private static final int STOLEN = 1;

  @Override
  public String title() {
    return "A theft is detected";
  }

  @Override
  public String description() {
    return "A thief has a copy of generation "
        + STOLEN
        + " and sends it. Keycloak cannot distinguish the thief from\n"
        + "Alice, so it revokes the family: the newest refresh token and every access token.";
  }

  @Override
  public void run() {
    Application thief = context.application("thief", "demo-spa");
    TokenPosition newest = laptop.position();
    Answer refused = thief.refresh(laptop.refreshToken(STOLEN));
    context.check("the thief is refused", refused.error().equals("invalid_grant"));
    JsonNode event = context.event("REFRESH_TOKEN_ERROR", newest);
    context.check(
        "it names the reuse", event.path("error").asText().equals("refresh_token_reused"));
    context.check(
        "it names both generations",
        ScenarioContext.detail(event, "refresh_token_generation").equals(String.valueOf(STOLEN))
            && ScenarioContext.detail(event, "refresh_token_generation_newest")
                .equals(String.valueOf(newest.generation())));
    context.redis("alice");
    Answer afterwards = laptop.refresh();
    context.check(
        "the newest refresh token is revoked", afterwards.error().equals("invalid_grant"));
    checkAccessTokenRevoked("the newest", laptop.accessToken());
    checkAccessTokenRevoked("the login's", laptop.accessToken(0));
    context.check(
        "introspection reports it as inactive",
        !context.backend().introspect(laptop.accessToken()).body().path("active").asBoolean(true));
  }

  private void checkAccessTokenRevoked(String which, String accessToken) {
    context.check(which + " access token is revoked", laptop.userinfo(accessToken).status() == 401);
  }
}
