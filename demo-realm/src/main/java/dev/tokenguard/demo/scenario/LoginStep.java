package dev.tokenguard.demo.scenario;

/** Two logins of one user start two families. */
record LoginStep(ScenarioContext context, Application laptop, Application phone)
    implements Scenario.Step {

  @Override
  public String title() {
    return "Alice logs in";
  }

  @Override
  public String description() {
    return "On a laptop and on a phone, at the client demo-spa: two families start, each at generation 0.\n"
        + "Redis records both before the response is sent.";
  }

  @Override
  public void run() {
    context.check("the laptop is logged in", laptop.login("alice").isOk());
    context.check("the phone is logged in", phone.login("alice").isOk());
    context.check(
        "the two are different families",
        !laptop.position().family().equals(phone.position().family()));
    context.check(
        "the access token is valid", laptop.userinfo(laptop.accessToken()).status() == 200);
    context.check(
        "Redis holds two families of alice",
        context.redis("alice").keySet().stream().filter(field -> field.startsWith("f:")).count()
            == 2);
  }
}
