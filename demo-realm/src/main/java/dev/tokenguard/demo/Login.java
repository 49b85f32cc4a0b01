package dev.tokenguard.demo;

/** Two logins of one user: two families begin. */
record Login(Stage stage, Device laptop, Device phone) implements Step {

  @Override
  public String title() {
    return "Alice logs in";
  }

  @Override
  public String tale() {
    return "On her laptop and on her phone, both times at the client demo-spa: two families begin,\n"
        + "each with its generation 0. Redis is told of both before the tokens are out.";
  }

  @Override
  public void play() {
    stage.check("the laptop is logged in", laptop.login("alice").isOk());
    stage.check("the phone is logged in", phone.login("alice").isOk());
    stage.check(
        "the two are different families", !laptop.place().family().equals(phone.place().family()));
    stage.check(
        "the access token is good", laptop.app().userinfo(laptop.accessToken()).status() == 200);
    stage.check(
        "Redis holds two families of alice",
        stage.redis("alice").keySet().stream().filter(field -> field.startsWith("f:")).count()
            == 2);
  }
}
