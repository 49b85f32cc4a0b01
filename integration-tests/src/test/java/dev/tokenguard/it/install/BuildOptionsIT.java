package dev.tokenguard.it.install;

import static dev.tokenguard.it.Tokens.assertRefused;
import static dev.tokenguard.it.Tokens.generation;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tokenguard.it.Lab;
import dev.tokenguard.testbed.ServerLogsOnFailure;
import dev.tokenguard.testbed.TestLength;
import dev.tokenguard.testbed.client.AdminApi;
import dev.tokenguard.testbed.client.Answer;
import dev.tokenguard.testbed.client.OidcClient;
import dev.tokenguard.testbed.keycloak.ClientPolicies;
import dev.tokenguard.testbed.keycloak.KeycloakServer;
import dev.tokenguard.testbed.keycloak.KeycloakServer.Mode;
import dev.tokenguard.testbed.redis.RedisServer;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * A Keycloak that is built without health endpoints, and with its own list of revoked tokens
 * instead of the one of Token Guard.
 */
@Tag(TestLength.FULL)
class BuildOptionsIT {

  @RegisterExtension static final ServerLogsOnFailure LOGS = new ServerLogsOnFailure();

  private static RedisServer redis;
  private static KeycloakServer keycloak;

  @BeforeAll
  static void start() {
    redis = RedisServer.start();
    keycloak =
        KeycloakServer.builder()
            .mode(Mode.START_DEV)
            .provider(Lab.jar())
            .buildOption("health-enabled", "false")
            // The list is a provider of one SPI up to Keycloak 26.6, and of the other from 26.7 on.
            .option("spi-single-use-object--provider", "infinispan")
            .option("spi-revoked-token--provider", "infinispan")
            .option("spi-redis-connection--jedis--url", redis.uri().toString())
            .start();
    LOGS.watch(keycloak.log());
    AdminApi master = keycloak.admin("master");
    master.updateRealm(
        Map.of("eventsListeners", List.of("jboss-logging", "redis-token-blacklist")));
    String app =
        """
        {"clientId": "app", "publicClient": true, "directAccessGrantsEnabled": true,
         "attributes": {"policy-group": "app"}}
        """;
    master.post("/clients", app).orFail();
    master.createUser("alice", Lab.PASSWORD);
    master.putProfilesAndPolicies(
        List.of(ClientPolicies.profile("app", Map.of("grace-period", "0"))),
        List.of(ClientPolicies.policy("app")));
  }

  @AfterAll
  static void end() {
    keycloak.close();
    redis.close();
  }

  @Test
  void given_another_list_of_revoked_tokens_then_tokens_rotate_and_a_reuse_is_refused() {
    Answer login = logIn();
    Answer next = app().refresh(login.refreshToken()).orFail();

    assertThat(generation(next)).isEqualTo(1);
    assertRefused(app().refresh(login.refreshToken()));
    assertRefused(app().refresh(next.refreshToken()));
  }

  @Test
  void given_another_list_of_revoked_tokens_then_the_log_of_a_revocation_names_the_option() {
    Answer login = logIn();

    Answer logout = app().logout(login.refreshToken());

    assertThat(logout.status()).as(logout.toString()).isEqualTo(204);
    assertThat(keycloak.log().text()).contains("another provider of revoked tokens is selected");
  }

  private static Answer logIn() {
    return app().login("alice", Lab.PASSWORD).orFail();
  }

  private static OidcClient app() {
    return OidcClient.of(keycloak.baseUri(), "master", "app");
  }
}
