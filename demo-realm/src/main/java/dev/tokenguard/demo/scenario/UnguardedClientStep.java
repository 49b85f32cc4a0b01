package dev.tokenguard.demo.scenario;

/** For comparison: the same replay at a client without a policy. */
record UnguardedClientStep(ScenarioContext context) implements Scenario.Step {

  @Override
  public String title() {
    return "For comparison: a client without a policy";
  }

  @Override
  public String description() {
    return "Carol uses demo-stock, a client without a policy. Built-in Keycloak does not rotate here: a\n"
        + "stolen refresh token is valid until it expires, and no event is written.";
  }

  @Override
  public void run() {
    Application desktop = context.application("desktop", "demo-stock");
    context.check("carol is logged in", desktop.login("carol").isOk());
    String stolen = desktop.refreshToken();
    context.check("the refresh succeeds", desktop.refresh().isOk());
    context.check(
        "the thief is served", context.application("thief", "demo-stock").refresh(stolen).isOk());
    context.check("carol is served as well", desktop.refresh().isOk());
    context.check("Redis has no data of carol", context.redis("carol").isEmpty());
  }
}
