package dev.tokenguard.demo;

import dev.tokenguard.testbed.client.Answer;

/** The response to a refresh is lost, and the app retries with the old token. */
record LostAnswer(Stage stage, Device laptop) implements Step {

  @Override
  public String title() {
    return "A lost response is repeated";
  }

  @Override
  public String tale() {
    return "The server rotates, but the response does not arrive. The app retries with the old token, gets\n"
        + "the same response, and the family continues.";
  }

  @Override
  public void play() {
    TokenPlace before = laptop.place();
    Answer lost = laptop.app().refreshAndLoseTheAnswer(laptop.refreshToken());
    stage.check("the retry is served", laptop.refresh().isOk());
    stage.check(
        "it returns the refresh token that was lost",
        laptop.refreshToken().equals(lost.refreshToken()));
    stage.check(
        "the event has the outcome replayed",
        Stage.detail(stage.event("REFRESH_TOKEN", before), "rotation").equals("replayed"));
    TokenPlace missed = laptop.place();
    stage.check("the next refresh succeeds", laptop.refresh().isOk());
    stage.check("the family continues", laptop.place().isNextAfter(missed));
  }
}
