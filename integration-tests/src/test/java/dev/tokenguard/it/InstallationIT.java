package dev.tokenguard.it;

import static dev.tokenguard.it.Tokens.assertRefused;
import static dev.tokenguard.it.Tokens.assertRevoked;
import static dev.tokenguard.it.Tokens.generation;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.tokenguard.testbed.ServerLogsOnFailure;
import dev.tokenguard.testbed.client.AdminApi;
import dev.tokenguard.testbed.client.Answer;
import dev.tokenguard.testbed.client.CookieJar;
import dev.tokenguard.testbed.client.Jwt;
import dev.tokenguard.testbed.client.OidcClient;
import dev.tokenguard.testbed.keycloak.ClientPolicies;
import dev.tokenguard.testbed.keycloak.KeycloakServer;
import dev.tokenguard.testbed.keycloak.KeycloakServer.Mode;
import dev.tokenguard.testbed.keycloak.KeycloakSettings;
import dev.tokenguard.testbed.process.LoopbackPort;
import dev.tokenguard.testbed.redis.RedisServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer.OrderAnnotation;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/**
 * An installation in its order: Keycloak alone, with the JAR, with Redis and a policy, and without
 * the JAR again. Users stay logged in all the time.
 */
@TestMethodOrder(OrderAnnotation.class)
class InstallationIT {

  @RegisterExtension static final ServerLogsOnFailure LOGS = new ServerLogsOnFailure();

  private static final int PORT = LoopbackPort.free();

  /** Of the database, for both. */
  @TempDir static Path folder;

  private static RedisServer redis;

  /** The same Keycloak with one database, built without the JAR and with it. */
  private static KeycloakServer alone;

  private static KeycloakServer guarded;

  /** The one that runs. */
  private static KeycloakServer keycloak;

  /** From before the installation. */
  private static Answer old;

  private static Answer oldOffline;
  private static TreeSet<String> claimsOfKeycloak;

  @BeforeAll
  static void startKeycloakAlone() {
    redis = RedisServer.start();
    alone = prepared(KeycloakServer.builder().mode(Mode.PRODUCTION));
    guarded = prepared(KeycloakServer.guarded());
    keycloak = alone;
    keycloak.start();
    AdminApi master = keycloak.admin("master");
    master.updateRealm(Map.of("ssoSessionIdleTimeout", 86_400));
    String app =
        """
        {"clientId": "app", "publicClient": true, "directAccessGrantsEnabled": true,
         "attributes": {"policy-group": "app"},
         "redirectUris": ["http://127.0.0.1/*"], "webOrigins": ["https://shop.example.org"]}
        """;
    master.post("/clients", app).orFail();
    master.createUser("alice", Lab.PASSWORD);
    old = logIn();
    oldOffline = logIn("offline_access");
    claimsOfKeycloak = claimsOf(old);
  }

  private static KeycloakServer prepared(KeycloakSettings.Builder builder) {
    String database = "jdbc:h2:file:" + folder.resolve("keycloak") + ";NON_KEYWORDS=VALUE";
    KeycloakServer server =
        builder.option("db-url", database).httpPort(PORT).forFewRequests().prepare();
    LOGS.watch(server.log());
    return server;
  }

  private static void replaceBy(KeycloakServer other) {
    keycloak.stop();
    keycloak = other;
    keycloak.start();
  }

  @AfterAll
  static void end() throws Exception {
    for (AutoCloseable server : Arrays.asList(alone, guarded, redis)) {
      if (server != null) {
        server.close();
      }
    }
  }

  @Test
  @Order(1)
  void given_the_jar_without_redis_settings_then_keycloak_behaves_as_without_the_jar() {
    replaceBy(guarded);
    keycloak
        .admin("master")
        .putProfilesAndPolicies(
            List.of(ClientPolicies.profile("app", Map.of("grace-period", "0"))),
            List.of(ClientPolicies.policy("app")));

    Answer login = logIn();
    Answer one = app().refresh(login.refreshToken()).orFail();
    Answer other = app().refresh(login.refreshToken()).orFail();

    assertThat(other.refreshToken()).isNotEqualTo(one.refreshToken());
    assertThat(claimsOf(login)).isEqualTo(claimsOfKeycloak);
    assertThat(claimsOf(one)).isEqualTo(claimsOfKeycloak);
    app().logout(one.refreshToken()).orFail();
    Answer incidents = keycloak.admin("master").get("/token-guard/incidents");
    assertThat(incidents.status()).isEqualTo(503);
    assertThat(incidents.text("errorMessage"))
        .isEqualTo("Token Guard is inactive: spi-redis-connection--jedis--url is not set");
    assertThat(keycloak.log().text())
        .contains("Token Guard is inactive: spi-redis-connection--jedis--url is not set");
  }

  @Test
  @Order(2)
  void given_the_jar_without_redis_settings_then_refresh_tokens_can_be_in_a_cookie() {
    AdminApi master = keycloak.admin("master");
    master
        .put(
            "/client-policies/profiles",
            Map.of(
                "profiles",
                List.of(
                    ClientPolicies.profile(
                        "app",
                        List.of(ClientPolicies.executor("refresh-token-cookie", Map.of()))))))
        .orFail();
    CookieJar jar = new CookieJar();
    OidcClient page = app().withCookies(jar).withHeader("Origin", Lab.ORIGIN);
    Supplier<String> cookie = () -> jar.valueOf("__Secure-refresh-token-").orElse("");

    page.loginWithCode("alice", Lab.PASSWORD).answer().orFail();
    String first = cookie.get();
    Answer next = page.refresh("cookie").orFail();

    assertThat(next.refreshToken()).isEmpty();
    assertThat(cookie.get()).isNotEmpty().isNotEqualTo(first);
    page.logout("cookie").orFail();
    assertThat(cookie.get()).isEmpty();
    master
        .put(
            "/client-policies/profiles",
            Map.of("profiles", List.of(ClientPolicies.profile("app", Map.of("grace-period", "0")))))
        .orFail();
  }

  @Test
  @Order(3)
  void given_redis_and_a_policy_then_earlier_tokens_are_adopted_without_a_login()
      throws IOException {
    Files.writeString(
        guarded.home().resolve("conf/keycloak.conf"),
        "spi-redis-connection--jedis--url=" + redis.uri() + "\n");
    replaceBy(guarded);

    Answer next = app().refresh(old.refreshToken()).orFail();
    Answer nextOffline = app().refresh(oldOffline.refreshToken()).orFail();

    assertThat(generation(next)).isEqualTo(1);
    assertThat(generation(nextOffline)).isEqualTo(1);
    assertThat(Tokens.family(next)).isEqualTo(Jwt.claims(old.refreshToken()).path("jti").asText());
    Answer login = logIn();
    Answer second = app().refresh(login.refreshToken()).orFail();
    assertRefused(app().refresh(login.refreshToken()));
    assertRevoked(app(), second);
    old = next;
    oldOffline = nextOffline;
  }

  @Test
  @Order(4)
  void given_a_client_without_a_policy_then_its_tokens_are_those_of_keycloak() {
    OidcClient unguarded = OidcClient.of(keycloak.baseUri(), "master", "admin-cli");
    Answer login = unguarded.login("alice", Lab.PASSWORD).orFail();
    Answer one = unguarded.refresh(login.refreshToken()).orFail();
    Answer other = unguarded.refresh(login.refreshToken()).orFail();

    assertThat(other.refreshToken()).isNotEqualTo(one.refreshToken());
    assertThat(claimsOf(one)).doesNotContain("rtf", "rtg", "rta", "rtb");
    assertThat(claimsOf(login)).doesNotContain("rtf", "rtg", "rta", "rtb");
  }

  @Test
  @Order(5)
  void given_the_realm_revokes_refresh_tokens_too_then_the_log_warns_once() {
    AdminApi master = keycloak.admin("master");
    master.updateRealm(Map.of("revokeRefreshToken", true));
    try {
      Answer next = app().refresh(logIn().refreshToken()).orFail();
      app().refresh(next.refreshToken()).orFail();
    } finally {
      master.updateRealm(Map.of("revokeRefreshToken", false));
    }

    assertThat(keycloak.log().text().split("'Revoke Refresh Token' on", -1)).hasSize(2);
  }

  @Test
  @Order(6)
  void given_the_server_info_then_it_shows_version_state_and_settings_without_the_password() {
    JsonNode info = operationalInfo();
    assertThat(info.path("token-guard").asText()).matches("\\d+\\.\\d+\\.\\d+.*");
    assertThat(info.path("redis").asText()).isEqualTo("reachable");
    assertThat(info.path("url").asText()).isEqualTo("redis://127.0.0.1:" + redis.port());
    assertThat(info.path("read-timeout").asText()).isEqualTo("400 ms");
    redis.pause();
    try {
      assertThat(operationalInfo().path("redis").asText()).isEqualTo("not reachable");
    } finally {
      redis.resume();
    }
  }

  @Test
  @Order(7)
  void given_the_configuration_and_then_the_jar_are_removed_then_users_stay_logged_in() {
    keycloak.admin("master").delete("/token-guard/configuration").orFail();
    app().refresh(logIn().refreshToken()).orFail();
    replaceBy(alone);

    Answer next = app().refresh(old.refreshToken()).orFail();
    app().refresh(oldOffline.refreshToken()).orFail();
    assertThat(app().userinfo(next.accessToken()).status()).isEqualTo(200);
    app().refresh(next.refreshToken()).orFail();
  }

  private static JsonNode operationalInfo() {
    return keycloak
        .admin("master")
        .serverInfo()
        .at("/providers/redis-connection/providers/jedis/operationalInfo");
  }

  private static Answer logIn(String... scopes) {
    return app().login("alice", Lab.PASSWORD, scopes).orFail();
  }

  private static OidcClient app() {
    return OidcClient.of(keycloak.baseUri(), "master", "app");
  }

  private static TreeSet<String> claimsOf(Answer answer) {
    TreeSet<String> names = new TreeSet<>();
    Jwt.claims(answer.refreshToken()).fieldNames().forEachRemaining(names::add);
    return names;
  }
}
