package dev.tokenguard.it.install;

import static dev.tokenguard.it.Tokens.assertRefused;
import static dev.tokenguard.it.Tokens.generation;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.tokenguard.it.Lab;
import dev.tokenguard.testbed.ServerLogsOnFailure;
import dev.tokenguard.testbed.client.AdminApi;
import dev.tokenguard.testbed.client.Answer;
import dev.tokenguard.testbed.client.OidcClient;
import dev.tokenguard.testbed.keycloak.ClientPolicies;
import dev.tokenguard.testbed.keycloak.KeycloakServer;
import dev.tokenguard.testbed.keycloak.KeycloakServer.Mode;
import dev.tokenguard.testbed.process.LoopbackPort;
import dev.tokenguard.testbed.redis.RedisServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * Keycloak is updated from one version to the next, with the JAR in place and its sessions in the
 * database. Skipped where the distributions are not unpacked.
 */
@Tag("full")
class KeycloakUpgradeIT {

  @RegisterExtension static final ServerLogsOnFailure LOGS = new ServerLogsOnFailure();

  private static final String APP = "app";

  private final RedisServer redis = RedisServer.start();
  private final int port = LoopbackPort.free();
  private KeycloakServer keycloak;

  @AfterEach
  void end() {
    if (keycloak != null) {
      keycloak.close();
    }
    redis.close();
  }

  @Test
  void given_logins_when_keycloak_is_updated_then_they_go_on_and_replays_from_before_are_caught()
      throws IOException {
    List<Path> distributions =
        Stream.of(System.getProperty("keycloak.update.path").split(",")).map(Path::of).toList();
    assumeTrue(distributions.stream().allMatch(Files::isDirectory));

    keycloak = start(distributions.get(0));
    prepare();
    Answer going = logIn();
    Answer offline = logIn("offline_access");
    Answer replayed = logIn();
    Answer newest = rotated(rotated(replayed));
    Answer loggedOut = logIn();
    app().logout(loggedOut.refreshToken()).orFail();
    int generation = 0;

    for (Path next : distributions.subList(1, distributions.size())) {
      update(next);

      going = rotated(going);
      offline = rotated(offline);
      generation++;
      assertThat(generation(going)).isEqualTo(generation);
      assertThat(generation(offline)).isEqualTo(generation);
      assertThat(app().userinfo(going.accessToken()).status()).isEqualTo(200);
      assertRefused(app().refresh(loggedOut.refreshToken()));
      assertThat(app().userinfo(loggedOut.accessToken()).status()).isEqualTo(401);

      assertRefused(app().refresh(replayed.refreshToken()));
      assertRefused(app().refresh(newest.refreshToken()));
      assertThat(app().userinfo(newest.accessToken()).status()).isEqualTo(401);
      replayed = logIn();
      newest = rotated(rotated(replayed));
    }
  }

  private Answer rotated(Answer answer) {
    return app().refresh(answer.refreshToken()).orFail();
  }

  private KeycloakServer start(Path distribution) {
    KeycloakServer started = prepared(distribution);
    started.start();
    return started;
  }

  private KeycloakServer prepared(Path distribution) {
    KeycloakServer server =
        KeycloakServer.builder()
            .distribution(distribution)
            .provider(Lab.jar())
            .mode(Mode.START_DEV)
            .httpPort(port)
            .option("spi-redis-connection--jedis--url", redis.uri().toString())
            .prepare();
    LOGS.watch(server.log());
    return server;
  }

  /** The next version is started with the database of the one before. */
  private void update(Path distribution) throws IOException {
    keycloak.stop();
    KeycloakServer next = prepared(distribution);
    Path database = Path.of("data", "h2");
    Files.createDirectories(next.home().resolve(database));
    try (Stream<Path> files = Files.list(keycloak.home().resolve(database))) {
      for (Path file : files.filter(it -> it.toString().endsWith(".mv.db")).toList()) {
        Files.copy(file, next.home().resolve(database).resolve(file.getFileName()));
      }
    }
    keycloak.close();
    keycloak = next;
    keycloak.start();
  }

  private void prepare() {
    AdminApi master = keycloak.admin("master");
    master.updateRealm(
        Map.of(
            "ssoSessionIdleTimeout",
            86_400,
            "accessTokenLifespan",
            3600,
            "eventsListeners",
            List.of("jboss-logging", "redis-token-blacklist")));
    master
        .post(
            "/clients",
            Map.of("clientId", APP, "publicClient", true, "directAccessGrantsEnabled", true))
        .orFail();
    master.createUser("alice", Lab.PASSWORD);
    master.putProfilesAndPolicies(
        List.of(ClientPolicies.profile("rotation", Map.of("grace-period", "0"))),
        List.of(
            Map.of(
                "name",
                "rotation",
                "enabled",
                true,
                "profiles",
                List.of("rotation"),
                "conditions",
                List.of(Map.of("condition", "any-client", "configuration", Map.of())))));
  }

  private Answer logIn(String... scopes) {
    return app().login("alice", Lab.PASSWORD, scopes).orFail();
  }

  private OidcClient app() {
    return OidcClient.of(keycloak.baseUri(), "master", APP);
  }
}
