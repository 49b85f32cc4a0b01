package dev.tokenguard.demo;

/** Two logins of one user start two families. */
record Login(Stage stage, Device laptop, Device phone) implements Step {

  @Override
  public String title() {
    return "Alice logs in";
  }

  @Override
  public String tale() {
    return "On a laptop and on a phone, at the client demo-spa: two families start, each at generation 0.\n"
        + "Redis records both before the response is sent.";
  }

  @Override
  public void play() {
    stage.check("the laptop is logged in", laptop.login("alice").isOk());
    stage.check("the phone is logged in", phone.login("alice").isOk());
    stage.check(
        "the two are different families", !laptop.place().family().equals(phone.place().family()));
    stage.check(
        "the access token is valid", laptop.app().userinfo(laptop.accessToken()).status() == 200);
    stage.check(
        "Redis holds two families of alice",
        stage.redis("alice").keySet().stream().filter(field -> field.startsWith("f:")).count()
            == 2);
  }
}
