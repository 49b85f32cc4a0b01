package dev.tokenguard.demo;

/** The ordinary refresh. */
record Rotation(Stage stage, Device laptop) implements Step {

  @Override
  public String title() {
    return "A refresh rotates the token";
  }

  @Override
  public String tale() {
    return "The app hands in its refresh token and gets the next generation.";
  }

  @Override
  public void play() {
    TokenPlace before = laptop.place();
    stage.check("the refresh succeeds", laptop.refresh().isOk());
    stage.check(
        "the new token is the next generation of the same family",
        laptop.place().isNextAfter(before));
    stage.check("Redis holds one record of the family", !stage.redis("alice").isEmpty());
    stage.check(
        "the event says that the lineage was started",
        Stage.detail(stage.event("REFRESH_TOKEN", before), "rotation").equals("started"));
  }
}
