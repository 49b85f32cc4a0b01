package dev.tokenguard.demo.scenario;

import dev.tokenguard.demo.terminal.TokenPosition;

/** Another login, which the theft does not affect. */
record OtherFamilyStep(ScenarioContext context, Application phone) implements Scenario.Step {

  @Override
  public String title() {
    return "Alice's phone is not affected";
  }

  @Override
  public String description() {
    return "The login on the phone is another family of the same user at the same client.";
  }

  @Override
  public void run() {
    context.check("its access token is valid", phone.userinfo(phone.accessToken()).status() == 200);
    TokenPosition before = phone.position();
    context.check("its refresh succeeds", phone.refresh().isOk());
    context.check("its family continues", phone.position().isNextAfter(before));
    context.redis("alice");
  }
}
