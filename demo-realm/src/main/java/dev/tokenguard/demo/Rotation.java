package dev.tokenguard.demo;

/** A refresh. */
record Rotation(Stage stage, Device laptop) implements Step {

  @Override
  public String title() {
    return "A refresh rotates the token";
  }

  @Override
  public String tale() {
    return "The app sends its refresh token and gets the next generation.";
  }

  @Override
  public void play() {
    TokenPlace before = laptop.place();
    int held = stage.redis("alice").size();
    stage.check("the refresh succeeds", laptop.refresh().isOk());
    stage.check(
        "the new token is the next generation of the same family",
        laptop.place().isNextAfter(before));
    stage.check("Redis has no additional record of alice", stage.redis("alice").size() == held);
    stage.check(
        "the event has the outcome rotated",
        Stage.detail(stage.event("REFRESH_TOKEN", before), "rotation").equals("rotated"));
  }
}
