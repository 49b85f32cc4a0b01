package dev.tokenguard.demo;

/** What the theft did not touch. */
record OtherLogin(Stage stage, Device phone) implements Step {

  @Override
  public String title() {
    return "Alice's phone does not notice";
  }

  @Override
  public String tale() {
    return "The login on the phone is another family of the same user at the same client.";
  }

  @Override
  public void play() {
    stage.check(
        "its access token is good", phone.app().userinfo(phone.accessToken()).status() == 200);
    TokenPlace before = phone.place();
    stage.check("its refresh succeeds", phone.refresh().isOk());
    stage.check("its family goes on", phone.place().isNextAfter(before));
    stage.redis("alice");
  }
}
