package dev.tokenguard.demo.scenario;

import dev.tokenguard.demo.terminal.TokenPosition;

/** A refresh. */
record RotationStep(ScenarioContext context, Application laptop) implements Scenario.Step {

  @Override
  public String title() {
    return "A refresh rotates the token";
  }

  @Override
  public String description() {
    return "The app sends its refresh token and gets the next generation.";
  }

  @Override
  public void run() {
    TokenPosition before = laptop.position();
    int held = context.redis("alice").size();
    context.check("the refresh succeeds", laptop.refresh().isOk());
    context.check(
        "the new token is the next generation of the same family",
        laptop.position().isNextAfter(before));
    context.check("Redis has no additional record of alice", context.redis("alice").size() == held);
    context.check(
        "the event has the outcome rotated",
        ScenarioContext.detail(context.event("REFRESH_TOKEN", before), "rotation")
            .equals("rotated"));
  }
}
