package dev.tokenguard.it.cluster;

import static dev.tokenguard.it.Tokens.accessTokenId;
import static dev.tokenguard.it.Tokens.assertActive;
import static dev.tokenguard.it.Tokens.assertRefused;
import static dev.tokenguard.it.Tokens.assertRefusedByKeycloak;
import static dev.tokenguard.it.Tokens.assertRevoked;
import static dev.tokenguard.it.Tokens.generation;
import static dev.tokenguard.it.Tokens.session;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tokenguard.it.Lab;
import dev.tokenguard.testbed.Await;
import dev.tokenguard.testbed.ServerLogsOnFailure;
import dev.tokenguard.testbed.TestLength;
import dev.tokenguard.testbed.client.AdminApi;
import dev.tokenguard.testbed.client.Answer;
import dev.tokenguard.testbed.client.Jwt;
import dev.tokenguard.testbed.client.OidcClient;
import dev.tokenguard.testbed.client.OidcClient.CodeLogin;
import dev.tokenguard.testbed.keycloak.KeycloakServer;
import dev.tokenguard.testbed.redis.RedisServer;
import java.io.IOException;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.net.Socket;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import redis.clients.jedis.Jedis;

/**
 * A node of its own, which is stopped and killed, with a Redis that is stopped, flushed and paused.
 * What is revoked meanwhile is recorded afterwards, and reaches no token that was issued since.
 */
class NodeIT {

  @RegisterExtension static final ServerLogsOnFailure LOGS = new ServerLogsOnFailure();

  private static final Duration SOON = Duration.ofSeconds(20);
  private static final String LOST = "Redis has lost all its data";
  private static final String DONE = "the sessions of all ";

  /** Enough that the node is killed before the last of them is done. */
  private static final int USERS = 60;

  private static final int WORKERS = 2;
  private static final Duration GRACE = Duration.ofSeconds(7);

  private static RedisServer redis;
  private static KeycloakServer keycloak;
  private static OidcClient client;
  private static OidcClient graceful;

  @BeforeAll
  static void start() {
    redis = RedisServer.start();
    keycloak =
        KeycloakServer.guarded()
            .realm(Lab.realmFile())
            .forFewRequests()
            // H2 writes half a second after a commit by default.
            .option("db-url-properties", ";NON_KEYWORDS=VALUE;WRITE_DELAY=0")
            .option("http-pool-max-threads", Integer.toString(WORKERS))
            .option(Lab.CONNECTION + "url", redis.uri().toString())
            .option(Lab.CONNECTION + "readiness-requires-redis", "true")
            // Longer than Redis is paused.
            .option(Lab.CONNECTION + "read-timeout", "10000")
            .option("log-level", "INFO,dev.tokenguard:debug")
            .start();
    LOGS.watch(keycloak.log());
    String grace = Long.toString(GRACE.toSeconds());
    Lab.createClients(
        keycloak.admin(Lab.REALM),
        Map.of(
            "strict",
            Map.of("grace-period", "0"),
            "graceful",
            Map.of("grace-period", grace, "grace-context", "none")));
    client = client("strict");
    graceful = client("graceful");
  }

  @AfterAll
  static void stop() {
    if (keycloak != null) {
      keycloak.close();
    }
    redis.close();
  }

  private static OidcClient client(String id) {
    return OidcClient.of(keycloak.baseUri(), Lab.REALM, id);
  }

  private static Answer logIn() {
    return client.login("alice", "demo").orFail();
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void given_no_redis_when_sessions_end_then_keycloak_refuses_and_redis_is_updated_afterwards(
      boolean isNodeRestarted) {
    Answer loggedOut = logIn();
    Answer reset = logIn();
    Answer revoked = logIn();
    String alice = Jwt.claims(reset.accessToken()).path("sub").asText();
    redis.stop();

    client.logout(loggedOut.refreshToken()).orFail();
    client.revoke(revoked.accessToken()).orFail();
    keycloak.admin(Lab.REALM).resetPassword(alice, "demo").orFail();

    assertRevoked(client, loggedOut, reset, revoked);
    assertThat(keycloak.readiness().status()).isEqualTo(503);
    assertThat(keycloak.readiness().isUp()).isFalse();
    if (isNodeRestarted) {
      keycloak.stop();
    }
    redis.restart();
    if (isNodeRestarted) {
      keycloak.start();
    }
    awaitKeys("tg:sid:" + session(loggedOut), "tg:sid:" + session(reset), "tg:sub:" + alice);
    awaitKeys("tg:at:" + accessTokenId(revoked));
    Await.until("the node to be ready", SOON, () -> keycloak.readiness().status() == 200);
    logIn();
  }

  /** In the same browser session at the same client, so with the same ids. */
  @Test
  void given_a_pending_revocation_when_the_user_logs_in_again_then_that_login_stays_active() {
    CodeLogin browser = client.loginWithCode("alice", "demo");
    Answer before = graceful.loginWithCode(browser.cookies()).answer().orFail();
    redis.stop();
    graceful.revoke(before.refreshToken()).orFail();
    Lab.awaitNextSecond();

    Answer after = graceful.loginWithCode(browser.cookies()).answer().orFail();

    assertThat(session(after)).isEqualTo(session(before));
    assertActive(graceful, after);
    redis.restart();
    Await.until(
        "the revocation to be recorded",
        SOON,
        () -> keycloak.metric("token_guard_revocations_pending") == 0);
    assertActive(graceful, after);
    Answer next = graceful.refresh(after.refreshToken()).orFail();
    flushRedis();
    assertActive(graceful, next);
    graceful.refresh(next.refreshToken()).orFail();
  }

  @Test
  void given_redis_is_flushed_then_revocations_are_recorded_again_and_active_families_continue() {
    Answer revoked = logIn();
    client.revoke(revoked.accessToken()).orFail();
    Answer loggedOut = logIn();
    client.logout(loggedOut.refreshToken()).orFail();
    Answer login = logIn();
    Answer first = client.refresh(login.refreshToken()).orFail();
    long start = keycloak.log().size();

    flushRedis();

    awaitKeys("tg:at:" + accessTokenId(revoked), "tg:sid:" + session(loggedOut));
    Answer second = client.refresh(first.refreshToken()).orFail();
    assertThat(generation(second)).isEqualTo(2);
    assertThat(keycloak.log().textFrom(start)).containsOnlyOnce(LOST);
    // Any token of the family is enough to revoke the access token of its login.
    assertRefused(client.refresh(login.refreshToken()));
    assertRevoked(client, login, first, second);
  }

  /** Returns when the node has noticed it. */
  private static void flushRedis() {
    long start = keycloak.log().size();
    redis.execute(Jedis::flushAll);
    Await.until(LOST, SOON, () -> keycloak.log().textFrom(start).contains(LOST));
  }

  /** By a connection of its own: a pooled one would be from before a restart. */
  private static boolean isInRedis(String key) {
    return redis.execute(jedis -> jedis.ttl(key)) > 0;
  }

  private static void awaitKeys(String... keys) {
    for (String key : keys) {
      Await.until(key, SOON, () -> isInRedis(key));
    }
  }

  @Test
  @Tag(TestLength.FULL)
  void given_a_logout_of_the_realm_when_the_node_is_killed_midway_then_it_is_completed() {
    List<Answer> logins = logInMany();

    long before = keycloak.log().size();
    keycloak.admin(Lab.REALM).post("/logout-all", null).orFail();
    keycloak.kill();
    assertThat(logins).allMatch(it -> isInRedis("tg:sid:" + session(it)));
    assertThat(keycloak.log().textFrom(before)).as("killed midway").doesNotContain(DONE);
    keycloak.start();
    Await.until("the rest", SOON, () -> keycloak.log().textFrom(before).contains(DONE));

    for (Answer each : logins) {
      assertRefusedByKeycloak(client.refresh(each.refreshToken()));
      assertRevoked(client, each);
    }
  }

  private static List<Answer> logInMany() {
    AdminApi admin = keycloak.admin(Lab.REALM);
    return IntStream.range(0, USERS)
        .mapToObj(
            number -> {
              admin.createUser("many-" + number, Lab.PASSWORD);
              return client.login("many-" + number, Lab.PASSWORD, "offline_access").orFail();
            })
        .toList();
  }

  /** Grace ends by when a request has reached Keycloak, not by when a worker is free. */
  @Test
  void given_all_workers_are_busy_when_a_replay_waits_beyond_grace_then_it_is_no_reuse() {
    List<Answer> others = Stream.generate(NodeIT::logInGraceful).limit(WORKERS).toList();
    Answer login = logInGraceful();
    Answer successor = graceful.refresh(login.refreshToken()).orFail();
    Instant over = Instant.now().plus(GRACE).plusMillis(500);
    redis.pause();
    List<CompletableFuture<Answer>> busy;
    CompletableFuture<Answer> replay;
    try {
      busy =
          others.stream()
              .map(it -> CompletableFuture.supplyAsync(() -> graceful.refresh(it.refreshToken())))
              .toList();
      Await.until("all workers to be busy", SOON, () -> !isWorkerFree());
      replay = CompletableFuture.supplyAsync(() -> graceful.refresh(login.refreshToken()));
      Await.until("the end of grace", SOON, () -> Instant.now().isAfter(over));
    } finally {
      redis.resume();
    }

    assertThat(replay.join().orFail().refreshToken()).isEqualTo(successor.refreshToken());
    busy.forEach(each -> each.join().orFail());
  }

  @Test
  void given_a_request_that_is_sent_slowly_then_the_time_of_its_last_byte_counts()
      throws IOException {
    Answer login = logInGraceful();
    URI endpoint = keycloak.baseUri().resolve("/realms/demo/protocol/openid-connect/token");
    String form =
        "grant_type=refresh_token&client_id=graceful&refresh_token="
            + URLEncoder.encode(login.refreshToken(), StandardCharsets.UTF_8);
    String head =
        "POST %s HTTP/1.1\r\nHost: %s\r\nContent-Type: application/x-www-form-urlencoded\r\n"
            + "Connection: close\r\nContent-Length: %d\r\n\r\n";
    try (Socket slow = new Socket(endpoint.getHost(), endpoint.getPort())) {
      graceful.refresh(login.refreshToken()).orFail();
      Instant over = Instant.now().plus(GRACE).plusMillis(500);
      Writer out = new OutputStreamWriter(slow.getOutputStream(), StandardCharsets.ISO_8859_1);
      out.write(head.formatted(endpoint.getPath(), endpoint.getAuthority(), form.length()));
      out.write(form, 0, form.length() - 1);
      out.flush();
      Await.until("the end of grace", SOON, () -> Instant.now().isAfter(over));

      out.write(form, form.length() - 1, 1);
      out.flush();

      String answer = new String(slow.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
      assertThat(answer).startsWith("HTTP/1.1 400").contains("invalid_grant");
    }
  }

  private static Answer logInGraceful() {
    return graceful.login("alice", "demo").orFail();
  }

  /** Whether a request that needs no Redis is answered. */
  private static boolean isWorkerFree() {
    HttpRequest request =
        HttpRequest.newBuilder(keycloak.baseUri().resolve("/realms/demo"))
            .timeout(Duration.ofMillis(500))
            .build();
    try {
      HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.discarding());
      return true;
    } catch (HttpTimeoutException busy) {
      return false;
    } catch (IOException | InterruptedException failed) {
      throw new IllegalStateException(failed);
    }
  }
}
