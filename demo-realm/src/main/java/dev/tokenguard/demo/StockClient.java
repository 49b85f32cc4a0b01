package dev.tokenguard.demo;

/** For contrast: the same replay at a client that has no policy. */
record StockClient(Stage stage) implements Step {

  @Override
  public String title() {
    return "For contrast: a client without a policy";
  }

  @Override
  public String tale() {
    return "Carol uses demo-stock, which Token Guard leaves alone. Stock Keycloak does not rotate here:\n"
        + "a stolen refresh token is good until it expires, and nobody notices.";
  }

  @Override
  public void play() {
    Device desktop = new Device(stage.app("desktop", "demo-stock"));
    stage.check("carol is logged in", desktop.login("carol").isOk());
    String stolen = desktop.refreshToken();
    stage.check("the refresh succeeds", desktop.refresh().isOk());
    stage.check("the thief is served", stage.app("thief", "demo-stock").refresh(stolen).isOk());
    stage.check("carol is served as well", desktop.refresh().isOk());
    stage.check("Redis holds nothing of carol", stage.redis("carol").isEmpty());
  }
}
