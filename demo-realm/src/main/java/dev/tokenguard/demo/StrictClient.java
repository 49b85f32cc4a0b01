package dev.tokenguard.demo;

import com.fasterxml.jackson.databind.JsonNode;
import dev.tokenguard.testbed.client.Jwt;

/** The same replay at a client without a grace period. */
record StrictClient(Stage stage) implements Step {

  @Override
  public String title() {
    return "A strict client accepts no replay";
  }

  @Override
  public String tale() {
    return "Bob uses demo-strict: no grace period, and a reuse terminates the session. Two immediate uses\n"
        + "of the same token are a reuse.";
  }

  @Override
  public void play() {
    Device tablet = new Device(stage.app("tablet", "demo-strict"));
    stage.check("bob is logged in", tablet.login("bob").isOk());
    String session = Jwt.claims(tablet.accessToken()).path("sid").asText();
    TokenPlace first = tablet.place();
    stage.check("the refresh succeeds", tablet.refresh().isOk());
    stage.check("the session is active", stage.hasSession("bob", session));
    stage.check(
        "the same token again is refused",
        tablet.app().refresh(tablet.refreshToken(0)).error().equals("invalid_grant"));
    JsonNode event = stage.event("REFRESH_TOKEN_ERROR", first);
    stage.check("it names the reuse", event.path("error").asText().equals("refresh_token_reused"));
    stage.redis("bob");
    stage.check("the session is terminated", !stage.hasSession("bob", session));
    stage.check(
        "the newest refresh token is revoked", tablet.refresh().error().equals("invalid_grant"));
    stage.check(
        "the access token is revoked", tablet.app().userinfo(tablet.accessToken()).status() == 401);
  }
}
