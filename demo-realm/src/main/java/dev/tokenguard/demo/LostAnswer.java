package dev.tokenguard.demo;

import dev.tokenguard.testbed.client.Answer;

/** The answer to a refresh gets lost, and the app tries again with the token that it has. */
record LostAnswer(Stage stage, Device laptop) implements Step {

  @Override
  public String title() {
    return "A lost answer is given again";
  }

  @Override
  public String tale() {
    return "The server has rotated, but the answer never arrives. All that the app can do is to try\n"
        + "again with the old token. It gets what it missed, and the family goes on.";
  }

  @Override
  public void play() {
    TokenPlace before = laptop.place();
    Answer lost = laptop.app().refreshAndLoseTheAnswer(laptop.refreshToken());
    stage.check("the retry is served", laptop.refresh().isOk());
    stage.check(
        "it gives the refresh token that got lost",
        laptop.refreshToken().equals(lost.refreshToken()));
    stage.check(
        "the event says that the answer was replayed",
        Stage.detail(stage.event("REFRESH_TOKEN", before), "rotation").equals("replayed"));
    TokenPlace missed = laptop.place();
    stage.check("the next refresh succeeds", laptop.refresh().isOk());
    stage.check("the family goes on", laptop.place().isNextAfter(missed));
  }
}
