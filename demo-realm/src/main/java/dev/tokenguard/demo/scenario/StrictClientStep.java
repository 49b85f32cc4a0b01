package dev.tokenguard.demo.scenario;

import com.fasterxml.jackson.databind.JsonNode;
import dev.tokenguard.demo.terminal.TokenPosition;
import dev.tokenguard.testbed.client.Jwt;

/** The same replay at a client without a grace period. */
record StrictClientStep(ScenarioContext context) implements Scenario.Step {

  @Override
  public String title() {
    return "A strict client accepts no replay";
  }

  @Override
  public String description() {
    return "Bob uses demo-strict: no grace period, and a reuse terminates the session. Two immediate uses\n"
        + "of the same token are a reuse.";
  }

  @Override
  public void run() {
    Application tablet = context.application("tablet", "demo-strict");
    context.check("bob is logged in", tablet.login("bob").isOk());
    String session = Jwt.claims(tablet.accessToken()).path("sid").asText();
    TokenPosition first = tablet.position();
    context.check("the refresh succeeds", tablet.refresh().isOk());
    context.check("the session is active", context.hasSession("bob", session));
    context.check(
        "the same token again is refused",
        tablet.refresh(tablet.refreshToken(0)).error().equals("invalid_grant"));
    JsonNode event = context.event("REFRESH_TOKEN_ERROR", first);
    context.check(
        "it names the reuse", event.path("error").asText().equals("refresh_token_reused"));
    context.redis("bob");
    context.check("the session is terminated", !context.hasSession("bob", session));
    context.check(
        "the newest refresh token is revoked", tablet.refresh().error().equals("invalid_grant"));
    context.check(
        "the access token is revoked", tablet.userinfo(tablet.accessToken()).status() == 401);
  }
}
