package dev.tokenguard.demo;

import dev.tokenguard.demo.app.DemoApp;
import dev.tokenguard.demo.servers.RedisAddress;
import dev.tokenguard.demo.terminal.DemoFailure;
import dev.tokenguard.testbed.client.AdminApi;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;

/** The page with a Keycloak and a Redis that are already running, as in containers. */
public final class DemoPage {

  private final Map<String, String> environment;

  private DemoPage(Map<String, String> environment) {
    this.environment = environment;
  }

  /** Reads its settings from the environment; listens on all addresses of its container. */
  public static void main(String[] arguments) throws InterruptedException {
    try (DemoApp app = new DemoPage(System.getenv()).start()) {
      System.out.println("The demo is at " + app.origin());
      new CountDownLatch(1).await();
    }
  }

  private DemoApp start() {
    URI keycloak = URI.create(required("KEYCLOAK_URL"));
    AdminApi admin =
        new AdminApi(
            keycloak, "demo", required("KEYCLOAK_ADMIN"), required("KEYCLOAK_ADMIN_PASSWORD"));
    URI redis = RedisAddress.parse(required("REDIS_URL")).uri();
    int port = Integer.parseInt(required("APP_PORT"));
    return DemoApp.start(keycloak, "demo", admin, redis, new InetSocketAddress(port));
  }

  private String required(String name) {
    return Optional.ofNullable(environment.get(name))
        .orElseThrow(() -> new DemoFailure(name + " is not set."));
  }
}
