package dev.tokenguard.demo.servers;

import dev.tokenguard.demo.app.DemoApp;
import dev.tokenguard.demo.terminal.Colours;
import dev.tokenguard.demo.terminal.DemoFailure;
import dev.tokenguard.demo.terminal.Progress;
import dev.tokenguard.testbed.client.AdminApi;
import dev.tokenguard.testbed.client.OidcClient;
import dev.tokenguard.testbed.keycloak.KeycloakServer;
import dev.tokenguard.testbed.process.LoopbackPort;
import dev.tokenguard.testbed.redis.RedisServer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;

/** The Redis and the Keycloak of the demo, and the page in front of them. */
public final class DemoServers implements AutoCloseable {

  private static final String REALM = "demo";

  private final DemoSettings settings;
  private final Deque<AutoCloseable> opened = new ArrayDeque<>();
  private RedisAddress address;
  private RedisState redis;
  private KeycloakServer keycloak;
  private DemoApp app;

  private DemoServers(DemoSettings settings) {
    this.settings = settings;
  }

  public static DemoServers start(DemoSettings settings, Progress progress) {
    DemoServers servers = new DemoServers(settings);
    try (progress) {
      servers.start(progress);
      return servers;
    } catch (RuntimeException e) {
      servers.close();
      throw e instanceof DemoFailure ? e : new DemoFailure(e.getMessage());
    }
  }

  public OidcClient client(String clientId) {
    return OidcClient.of(keycloak.baseUri(), REALM, clientId);
  }

  public AdminApi admin() {
    return keycloak.admin(REALM);
  }

  public RedisState redis() {
    return redis;
  }

  /** The addresses and logins, the page first. */
  public String banner(Colours colours) {
    return """

        %5$s
          log in as alice, bob or carol, password demo

        Press Ctrl-C to stop.
          admin console  %1$s/admin/ (admin, password admin)
                         realm demo: Realm settings > Client policies, and Events
          accounts       %1$s/realms/demo/account (alice, bob or carol, password demo)
          tokens         %1$s/realms/demo/protocol/openid-connect/token
                         (clients demo-spa, demo-strict, demo-built-in; demo-backend, secret demo-secret)
          metrics        %2$s/metrics
          Redis          %3$s
          Keycloak's log %4$s
        """
        .formatted(
            keycloak.baseUri(),
            keycloak.managementUri(),
            address,
            keycloak.log().file(),
            colours.title("The demo is at " + app.origin()));
  }

  @Override
  public void close() {
    while (!opened.isEmpty()) {
      try {
        opened.pop().close();
      } catch (Exception e) {
        throw new IllegalStateException(e);
      }
    }
  }

  private void start(Progress progress) {
    requireFree(settings.port(), "demo.port");
    if (!settings.once()) {
      requireFree(settings.appPort(), "demo.app.port");
      requireFree(settings.appPort() + 1, "demo.app.port");
    }
    progress.step(settings.redis().isPresent() ? "connecting to Redis" : "starting Redis");
    address = settings.redis().orElseGet(this::startRedis);
    redis = opening(RedisState.at(address));
    progress.reached("Redis " + redis.version() + " responds at " + address);
    keycloak = opening(prepareKeycloak(progress));
    keycloak.start();
    progress.reached("Keycloak serves the realm demo at " + keycloak.baseUri());
    if (!settings.once()) {
      app =
          opening(
              DemoApp.start(keycloak.baseUri(), REALM, admin(), address.uri(), settings.appPort()));
    }
  }

  private static void requireFree(int port, String setting) {
    if (!LoopbackPort.isFree(port)) {
      throw new DemoFailure(
          "Port %d is in use: stop the process that uses it, or choose another port with -D%s=%d."
              .formatted(port, setting, port + 2));
    }
  }

  private RedisAddress startRedis() {
    return new RedisAddress(opening(RedisServer.start()).uri());
  }

  private KeycloakServer prepareKeycloak(Progress progress) {
    requireFile(settings.jar());
    return KeycloakServer.builder()
        .distribution(settings.keycloakHome())
        .provider(settings.jar())
        .realm(settings.realm())
        // In the environment: the address may contain a password, and command lines are public.
        .environment("KC_SPI_REDIS_CONNECTION__JEDIS__URL", address.uri().toString())
        .httpPort(settings.port())
        .progress(progress::step)
        .prepare();
  }

  private static void requireFile(Path file) {
    if (!Files.isRegularFile(file)) {
      throw new DemoFailure(file + " is missing: run mvn -Pdemo in the root folder to build it.");
    }
  }

  private <T extends AutoCloseable> T opening(T resource) {
    opened.push(resource);
    return resource;
  }
}
