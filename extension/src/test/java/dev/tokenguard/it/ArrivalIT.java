package dev.tokenguard.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tokenguard.testbed.Await;
import dev.tokenguard.testbed.ServerLogsOnFailure;
import dev.tokenguard.testbed.client.AdminApi;
import dev.tokenguard.testbed.client.Answer;
import dev.tokenguard.testbed.client.OidcClient;
import dev.tokenguard.testbed.keycloak.ClientPolicies;
import dev.tokenguard.testbed.keycloak.GuardedKeycloak;
import dev.tokenguard.testbed.keycloak.KeycloakServer;
import dev.tokenguard.testbed.redis.RedisServer;
import java.io.IOException;
import java.io.OutputStream;
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
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Grace compares when a request had reached Keycloak, not when a worker thread was free for it. */
class ArrivalIT {

  @RegisterExtension static final ServerLogsOnFailure LOGS = new ServerLogsOnFailure();

  private static final int WORKERS = 2;
  private static final Duration GRACE = Duration.ofSeconds(4);
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  private static RedisServer redis;
  private static KeycloakServer keycloak;
  private static OidcClient client;

  @BeforeAll
  static void start() {
    redis = RedisServer.start();
    keycloak =
        GuardedKeycloak.builder()
            .realm(Lab.realmFile())
            .option("http-pool-max-threads", Integer.toString(WORKERS))
            .option("spi-redis-connection--jedis--url", redis.uri().toString())
            .option("spi-redis-connection--jedis--read-timeout", "10000")
            .start();
    LOGS.watch(keycloak.log());
    AdminApi admin = keycloak.admin(Lab.REALM);
    admin
        .post(
            "/clients",
            Map.of(
                "clientId",
                "arriving",
                "publicClient",
                true,
                "directAccessGrantsEnabled",
                true,
                "attributes",
                Map.of("policy-group", "arriving")))
        .orFail();
    admin.putProfilesAndPolicies(
        List.of(
            ClientPolicies.profile(
                "arriving",
                Map.of("grace-period", Long.toString(GRACE.toSeconds()), "grace-context", "none"))),
        List.of(ClientPolicies.policy("arriving")));
    admin.createUser("waiting", Lab.PASSWORD);
    client = OidcClient.of(keycloak.baseUri(), Lab.REALM, "arriving");
  }

  @AfterAll
  static void stop() {
    keycloak.close();
    redis.close();
  }

  @Test
  void given_all_workers_are_busy_when_a_replay_waits_beyond_grace_then_it_is_no_reuse() {
    List<Answer> others = new ArrayList<>();
    for (int each = 0; each < WORKERS; each++) {
      others.add(logIn());
    }
    Answer login = logIn();
    Answer child = client.refresh(login.refreshToken()).orFail();
    Instant over = Instant.now().plus(GRACE).plusMillis(500);
    redis.pause();
    List<CompletableFuture<Answer>> busy = new ArrayList<>();
    CompletableFuture<Answer> replay;
    try {
      for (Answer each : others) {
        busy.add(CompletableFuture.supplyAsync(() -> client.refresh(each.refreshToken())));
      }
      Await.until("all workers to be busy", PATIENCE, () -> !isWorkerFree());
      replay = CompletableFuture.supplyAsync(() -> client.refresh(login.refreshToken()));
      Await.until("grace to be over", PATIENCE, () -> Instant.now().isAfter(over));
    } finally {
      redis.resume();
    }

    assertThat(replay.join().orFail().refreshToken()).isEqualTo(child.refreshToken());
    busy.forEach(each -> each.join().orFail());
  }

  @Test
  void given_a_request_that_is_sent_slowly_then_the_time_of_its_last_byte_counts()
      throws IOException {
    Answer login = logIn();
    URI endpoint =
        keycloak.baseUri().resolve("/realms/" + Lab.REALM + "/protocol/openid-connect/token");
    String form =
        "grant_type=refresh_token&client_id=arriving&refresh_token="
            + URLEncoder.encode(login.refreshToken(), StandardCharsets.UTF_8);
    try (Socket slow = new Socket(endpoint.getHost(), endpoint.getPort())) {
      client.refresh(login.refreshToken()).orFail();
      Instant over = Instant.now().plus(GRACE).plusMillis(500);
      OutputStream out = slow.getOutputStream();
      send(
          out,
          "POST "
              + endpoint.getPath()
              + " HTTP/1.1\r\nHost: "
              + endpoint.getAuthority()
              + "\r\nContent-Type: application/x-www-form-urlencoded\r\nConnection: close\r\n"
              // A client cannot choose when its request arrived.
              + "Token-Guard-Request: 0\r\nContent-Length: "
              + form.length()
              + "\r\n\r\n"
              + form.substring(0, form.length() - 1));
      Await.until("grace to be over", PATIENCE, () -> Instant.now().isAfter(over));

      send(out, form.substring(form.length() - 1));

      String answer = new String(slow.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
      assertThat(answer).startsWith("HTTP/1.1 400").contains("invalid_grant");
    }
  }

  /** Whether a request that needs no Redis is answered. */
  private static boolean isWorkerFree() {
    HttpRequest request =
        HttpRequest.newBuilder(keycloak.baseUri().resolve("/realms/" + Lab.REALM))
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

  private static void send(OutputStream out, String text) throws IOException {
    out.write(text.getBytes(StandardCharsets.ISO_8859_1));
    out.flush();
  }

  private static Answer logIn() {
    return client.login("waiting", Lab.PASSWORD).orFail();
  }
}
