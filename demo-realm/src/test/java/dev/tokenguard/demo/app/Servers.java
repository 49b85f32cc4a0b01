package dev.tokenguard.demo.app;

import dev.tokenguard.testbed.keycloak.KeycloakServer;
import dev.tokenguard.testbed.process.LoopbackPort;
import dev.tokenguard.testbed.redis.RedisServer;
import java.net.URI;
import java.nio.file.Path;

/** The Redis, the Keycloak and the page that all browser tests share; they end with the tests. */
public final class Servers {

  private static Servers shared;

  private final KeycloakServer keycloak;
  private final DemoApp app;

  private Servers() {
    RedisServer redis = RedisServer.start();
    keycloak =
        KeycloakServer.guarded()
            .realm(Path.of(System.getProperty("demo.realm")))
            .option("spi-redis-connection--jedis--url", redis.uri().toString())
            // Long enough for a machine that is busy with its own tests.
            .option("spi-redis-connection--jedis--read-timeout", "4000")
            .start();
    app =
        DemoApp.start(keycloak.baseUri(), "demo", keycloak.admin("demo"), redis.uri(), freePair());
  }

  public static synchronized Servers shared() {
    if (shared == null) {
      shared = new Servers();
    }
    return shared;
  }

  public KeycloakServer keycloak() {
    return keycloak;
  }

  URI page() {
    return app.origin();
  }

  /** A port whose next one, the thief's, is free as well. */
  private static int freePair() {
    int port = LoopbackPort.free();
    return LoopbackPort.isFree(port + 1) ? port : freePair();
  }
}
