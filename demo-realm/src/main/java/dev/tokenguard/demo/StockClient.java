package dev.tokenguard.demo;

/** For comparison: the same replay at a client without a policy. */
record StockClient(Stage stage) implements Step {

  @Override
  public String title() {
    return "For comparison: a client without a policy";
  }

  @Override
  public String tale() {
    return "Carol uses demo-stock, a client without a policy. Built-in Keycloak does not rotate here: a\n"
        + "stolen refresh token is valid until it expires, and no event is written.";
  }

  @Override
  public void play() {
    Device desktop = new Device(stage.app("desktop", "demo-stock"));
    stage.check("carol is logged in", desktop.login("carol").isOk());
    String stolen = desktop.refreshToken();
    stage.check("the refresh succeeds", desktop.refresh().isOk());
    stage.check("the thief is served", stage.app("thief", "demo-stock").refresh(stolen).isOk());
    stage.check("carol is served as well", desktop.refresh().isOk());
    stage.check("Redis has no data of carol", stage.redis("carol").isEmpty());
  }
}
