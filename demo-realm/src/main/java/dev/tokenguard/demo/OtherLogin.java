package dev.tokenguard.demo;

/** Another login, which the theft does not affect. */
record OtherLogin(Stage stage, Device phone) implements Step {

  @Override
  public String title() {
    return "Alice's phone is not affected";
  }

  @Override
  public String tale() {
    return "The login on the phone is another family of the same user at the same client.";
  }

  @Override
  public void play() {
    stage.check(
        "its access token is valid", phone.app().userinfo(phone.accessToken()).status() == 200);
    TokenPlace before = phone.place();
    stage.check("its refresh succeeds", phone.refresh().isOk());
    stage.check("its family continues", phone.place().isNextAfter(before));
    stage.redis("alice");
  }
}
