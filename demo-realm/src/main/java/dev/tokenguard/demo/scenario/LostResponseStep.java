package dev.tokenguard.demo.scenario;

import dev.tokenguard.demo.terminal.TokenPosition;
import dev.tokenguard.testbed.client.Answer;

/** The response to a refresh is lost, and the app retries with the old token. */
record LostResponseStep(ScenarioContext context, Application laptop) implements Scenario.Step {

  @Override
  public String title() {
    return "A lost response is repeated";
  }

  @Override
  public String description() {
    return "The server rotates, but the response does not arrive. The app retries with the old token, gets\n"
        + "the same response, and the family continues.";
  }

  @Override
  public void run() {
    TokenPosition before = laptop.position();
    Answer lost = laptop.refreshWithLostResponse(laptop.refreshToken());
    context.check("the retry is served", laptop.refresh().isOk());
    context.check(
        "it returns the refresh token that was lost",
        laptop.refreshToken().equals(lost.refreshToken()));
    context.check(
        "the event has the outcome replayed",
        ScenarioContext.detail(context.event("REFRESH_TOKEN", before), "rotation")
            .equals("replayed"));
    TokenPosition missed = laptop.position();
    context.check("the next refresh succeeds", laptop.refresh().isOk());
    context.check("the family continues", laptop.position().isNextAfter(missed));
  }
}
