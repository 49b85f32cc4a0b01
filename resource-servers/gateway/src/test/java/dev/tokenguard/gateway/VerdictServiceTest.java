package dev.tokenguard.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.MACSigner;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.PlainJWT;
import com.nimbusds.jwt.SignedJWT;
import dev.tokenguard.testbed.Await;
import dev.tokenguard.testbed.process.LoopbackPort;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The service with an issuer that can fail, and without Redis; the tests with Keycloak have it. */
class VerdictServiceTest {

  private static final Duration PATIENCE = Duration.ofSeconds(20);

  private final HttpClient http =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private final TestIssuer issuer = new TestIssuer();
  private final TestService service = new TestService(issuer);

  @AfterEach
  void stop() {
    issuer.close();
    service.close();
  }

  @Test
  void given_a_valid_token_then_200_with_its_claims_as_headers_that_cannot_end_early() {
    start();
    JWTClaimsSet claims =
        issuer
            .claims()
            .subject("f:1:J\u00fcrgen\r\nX-Admin: 100%")
            .claim("azp", List.of("a", "b"))
            .claim("scope", null)
            .build();

    HttpResponse<String> response = verify(issuer.sign(claims));

    assertThat(response.statusCode()).isEqualTo(200);
    assertThat(response.headers().firstValue("X-Token-Subject"))
        .hasValue("f:1:J%C3%BCrgen%0D%0AX-Admin: 100%25");
    assertThat(response.headers().firstValue("X-Token-Client")).hasValue("a b");
    assertThat(response.headers().firstValue("X-Token-Scope")).isEmpty();
    assertThat(response.headers().firstValue("X-Admin")).isEmpty();
  }

  @Test
  void given_a_token_of_rfc_9068_then_200() {
    start();

    String token =
        issuer.sign(issuer.claims().claim("typ", null).build(), new JOSEObjectType("at+jwt"));

    assertThat(verify(token).statusCode()).isEqualTo(200);
  }

  @Test
  void given_tokens_that_are_no_valid_access_token_for_this_api_then_none_is_accepted()
      throws JOSEException {
    start();
    JWTClaimsSet claims = issuer.claims().build();
    Date past = Date.from(Instant.now().minusSeconds(1));
    Date future = Date.from(Instant.now().plusSeconds(60));
    SignedJWT secret =
        new SignedJWT(new JWSHeader.Builder(JWSAlgorithm.HS256).keyID("first").build(), claims);
    secret.sign(new MACSigner(issuer.key().toPublicJWK().toString().getBytes()));
    Map<String, String> tokens = new LinkedHashMap<>();
    tokens.put("issuer", issuer.sign(issuer.claims().issuer("http://other").build()));
    tokens.put("no issuer", issuer.sign(issuer.claims().issuer(null).build()));
    tokens.put("audience", issuer.sign(issuer.claims().audience("other").build()));
    tokens.put("no audience", issuer.sign(issuer.claims().audience((String) null).build()));
    tokens.put("no expiry", issuer.sign(issuer.claims().expirationTime(null).build()));
    tokens.put("not yet", issuer.sign(issuer.claims().notBeforeTime(future).build()));
    tokens.put("ID token", issuer.sign(issuer.claims().claim("typ", "ID").build()));
    tokens.put("no type", issuer.sign(issuer.claims().claim("typ", null).build()));
    tokens.put("logout token", issuer.sign(claims, new JOSEObjectType("logout+jwt")));
    tokens.put(
        "bound to a key by DPoP",
        issuer.sign(issuer.claims().claim("cnf", Map.of("jkt", "x")).build()));
    tokens.put(
        "bound to a certificate",
        issuer.sign(issuer.claims().claim("cnf", Map.of("x5t#S256", "x")).build()));
    tokens.put("public key as a secret", secret.serialize());
    tokens.put("unsigned", new PlainJWT(claims).serialize());
    tokens.put(
        "another key with the same id",
        TestIssuer.sign(claims, JOSEObjectType.JWT, TestIssuer.newKey("first")));
    tokens.put("no JWT", "garbage");
    tokens.put("too long", "a".repeat(8193));
    tokens.put("no token68", "a{}b");

    tokens.forEach(
        (name, token) -> {
          HttpResponse<String> response = verify(token);
          assertThat(response.statusCode()).as(name).isEqualTo(401);
          assertThat(challenge(response)).as(name).contains("error=\"invalid_token\"");
        });
    HttpResponse<String> expired =
        verify(issuer.sign(issuer.claims().expirationTime(past).build()));
    assertThat(expired.statusCode()).isEqualTo(401);
    assertThat(challenge(expired)).contains("The access token expired");
  }

  @Test
  void given_other_credentials_then_the_challenge_has_no_error_and_two_headers_are_400() {
    start();

    for (String credentials : List.of("Basic dTpw", "DPoP " + issuer.token(), "Bearerx")) {
      HttpResponse<String> response = send("GET", "/verify", "Authorization", credentials);
      assertThat(response.statusCode()).as(credentials).isEqualTo(401);
      assertThat(challenge(response)).isEqualTo("Bearer realm=\"api\"");
    }
    String bearer = "Bearer " + issuer.token();
    HttpResponse<String> two =
        send("GET", "/verify", "Authorization", bearer, "Authorization", bearer);
    assertThat(two.statusCode()).isEqualTo(400);
    assertThat(challenge(two)).contains("error=\"invalid_request\"");
  }

  @Test
  void given_any_method_and_a_path_below_then_the_decision_is_the_same() {
    start();
    String bearer = "bearer " + issuer.token();

    for (String method : List.of("GET", "HEAD", "POST", "DELETE", "OPTIONS")) {
      assertThat(send(method, "/verify", "Authorization", bearer).statusCode()).isEqualTo(200);
    }
    assertThat(send("GET", "/verify/orders/1?x=2", "Authorization", bearer).statusCode())
        .isEqualTo(200);
    assertThat(send("GET", "/other", "Authorization", bearer).statusCode()).isEqualTo(404);
  }

  @Test
  void given_a_query_that_cannot_be_read_then_400() throws IOException {
    start();
    try (Socket socket = new Socket("127.0.0.1", service.port())) {
      socket.getOutputStream().write("GET /verify?scope=%zz HTTP/1.0\r\n\r\n".getBytes());
      socket.shutdownOutput();
      assertThat(new String(socket.getInputStream().readAllBytes())).startsWith("HTTP/1.0 400");
    }
  }

  @Test
  void given_scopes_of_the_settings_and_of_a_route_then_a_token_needs_them_all() {
    start("--required-scope", "openid");
    String bearer = "Bearer " + issuer.token();

    assertThat(send("GET", "/verify?scope=orders:read", "Authorization", bearer).statusCode())
        .isEqualTo(200);
    HttpResponse<String> missing =
        send("GET", "/verify?scope=orders:read+orders:write", "Authorization", bearer);

    assertThat(missing.statusCode()).isEqualTo(403);
    assertThat(challenge(missing))
        .isEqualTo(
            "Bearer realm=\"api\", error=\"insufficient_scope\","
                + " scope=\"openid orders:read orders:write\"");
  }

  @ParameterizedTest
  @ValueSource(strings = {"orders%22,%20error=%22x", "orders%0D%0AX-Admin:%20yes", "orders%C3%A9"})
  void given_a_scope_that_no_token_can_have_then_400_and_the_challenge_does_not_contain_it(
      String scope) {
    start();

    HttpResponse<String> response =
        send("GET", "/verify?scope=" + scope, "Authorization", "Bearer " + issuer.token());

    assertThat(response.statusCode()).isEqualTo(400);
    assertThat(challenge(response))
        .isEqualTo(
            "Bearer realm=\"api\", error=\"invalid_request\","
                + " error_description=\"The required scope is not valid\"");
  }

  /** Envoy, as an HTTP client, appends the path with the query of the client. */
  @ParameterizedTest
  @ValueSource(strings = {"scope=orders:write", "scope=x%22,%20error=%22x", "scope=%0D%0A"})
  void given_a_path_below_then_its_query_is_of_the_client_and_requires_no_scopes(String query) {
    start();

    assertThat(
            send("GET", "/verify/orders?" + query, "Authorization", "Bearer " + issuer.token())
                .statusCode())
        .isEqualTo(200);
  }

  @Test
  void given_a_new_key_then_its_tokens_are_accepted_at_once() {
    start("--jwks-min-interval", "100ms");
    assertThat(verify(issuer.token()).statusCode()).isEqualTo(200);

    issuer.rotate("second");

    awaitStatus(200, issuer.token());
  }

  @Test
  void given_many_tokens_with_invented_keys_then_the_issuer_is_hardly_asked() {
    start("--jwks-min-interval", "1m");
    int before = issuer.fetches();
    for (int index = 0; index < 50; index++) {
      String invented =
          TestIssuer.sign(
              issuer.claims().build(), JOSEObjectType.JWT, TestIssuer.newKey("k" + index));
      // Unknown until the set may be read again: the client keeps a token that may be valid.
      assertThat(verify(invented).statusCode()).isEqualTo(503);
    }

    assertThat(issuer.fetches()).isEqualTo(before);
  }

  @Test
  void given_a_token_that_is_older_than_the_key_set_then_its_unknown_key_is_invalid() {
    start("--jwks-min-interval", "1m");
    int before = issuer.fetches();
    Date longAgo = Date.from(Instant.now().minusSeconds(60));

    String old =
        TestIssuer.sign(
            issuer.claims().issueTime(longAgo).build(),
            JOSEObjectType.JWT,
            TestIssuer.newKey("removed"));

    assertThat(verify(old).statusCode()).isEqualTo(401);
    assertThat(issuer.fetches()).isEqualTo(before);
  }

  @Test
  void given_an_outage_of_the_issuer_then_known_keys_are_used_for_the_time_of_the_settings() {
    start("--jwks-min-interval", "100ms", "--jwks-refresh", "1s", "--jwks-outage", "4s");
    String token = issuer.token();

    issuer.failWith(500);

    assertThat(verify(token).statusCode()).isEqualTo(200);
    Await.until("the end of the tolerance", PATIENCE, () -> verify(token).statusCode() == 503);
    assertThat(service.get("/health/ready").statusCode()).isEqualTo(503);
    issuer.failWith(200);
    awaitStatus(200, token);
  }

  @Test
  void given_no_key_set_at_the_start_then_503_and_not_ready_until_it_was_read() {
    issuer.failWith(500);
    service.startWithoutWaiting();

    HttpResponse<String> response = verify(issuer.token());

    assertThat(response.statusCode()).isEqualTo(503);
    assertThat(response.headers().firstValue("Retry-After")).hasValue("1");
    assertThat(service.get("/health/ready").statusCode()).isEqualTo(503);
    assertThat(service.get("/health/live").statusCode()).isEqualTo(200);
    issuer.failWith(200);
    awaitStatus(200, issuer.token());
    assertThat(service.get("/health/ready").statusCode()).isEqualTo(200);
  }

  @Test
  void given_an_issuer_that_does_not_respond_then_only_new_keys_wait_and_only_so_many() {
    start("--max-requests", "5", "--request-timeout", "2s", "--jwks-min-interval", "100ms");
    String known = issuer.token();
    assertThat(verify(known).statusCode()).isEqualTo(200);
    issuer.rotate("second");
    String unknown = issuer.token();
    issuer.hold();
    int before = issuer.fetches();
    Await.until(
        "an attempt to read, after the interval",
        PATIENCE,
        () -> {
          verifyAsync(unknown);
          return issuer.fetches() > before;
        });

    List<CompletableFuture<HttpResponse<String>>> flood =
        IntStream.range(0, 40).mapToObj(index -> verifyAsync(unknown)).toList();
    assertThat(service.get("/health/live").statusCode()).isEqualTo(200);
    assertThat(service.get("/health/ready").statusCode()).isEqualTo(200);

    flood.forEach(it -> assertThat(it.join().statusCode()).isEqualTo(503));
    // The first ones may still wait.
    Await.until("no request waits", PATIENCE, () -> service.metric("token_guard_undecided") == 0);
    assertThat(verify(known).statusCode()).isEqualTo(200);
    assertThat(service.get("/metrics").body()).contains("outcome=\"overloaded\"");
  }

  @Test
  void given_requests_in_progress_then_they_get_their_response_when_the_service_stops() {
    start("--jwks-min-interval", "100ms", "--request-timeout", "10s");
    issuer.rotate("second");
    issuer.hold();
    int before = issuer.fetches();
    AtomicReference<CompletableFuture<HttpResponse<String>>> waiting = new AtomicReference<>();
    Await.until(
        "a request that waits for the key, after the interval",
        PATIENCE,
        () -> {
          CompletableFuture<HttpResponse<String>> attempt = verifyAsync(issuer.token());
          waiting.set(attempt);
          Await.until(
              "an answer, or an attempt to read the key",
              PATIENCE,
              () -> attempt.isDone() || issuer.fetches() > before);
          return issuer.fetches() > before;
        });

    CompletableFuture<Void> stopped = CompletableFuture.runAsync(service::close);
    Await.until("the end of listening", PATIENCE, () -> LoopbackPort.isFree(service.port()));
    issuer.release();

    assertThat(waiting.get().join().statusCode()).isEqualTo(200);
    stopped.join();
  }

  @Test
  void given_two_issuers_then_the_keys_of_one_do_not_sign_for_the_other() {
    try (TestIssuer other = new TestIssuer()) {
      start("--issuer", other.issuer());

      assertThat(verify(other.token()).statusCode()).isEqualTo(200);
      assertThat(verify(issuer.token()).statusCode()).isEqualTo(200);
      String forged = issuer.sign(other.claims().build());
      assertThat(verify(forged).statusCode()).isEqualTo(401);
    }
  }

  @Test
  void given_more_connections_than_allowed_then_the_service_closes_them_and_health_answers()
      throws Exception {
    start("--max-connections", "3");
    List<Socket> sockets = new ArrayList<>();
    try {
      for (int index = 0; index < 20; index++) {
        sockets.add(new Socket("127.0.0.1", service.port()));
      }
      Await.until(
          "closed connections", PATIENCE, () -> service.metric("token_guard_connections") <= 3);
      assertThat(service.get("/health/live").statusCode()).isEqualTo(200);
    } finally {
      for (Socket socket : sockets) {
        socket.close();
      }
    }
    awaitStatus(200, issuer.token());
  }

  private void start(String... options) {
    service.start(options);
  }

  private void awaitStatus(int status, String token) {
    Await.until("status " + status, PATIENCE, () -> verify(token).statusCode() == status);
  }

  private HttpResponse<String> verify(String token) {
    return send("GET", "/verify", "Authorization", "Bearer " + token);
  }

  private CompletableFuture<HttpResponse<String>> verifyAsync(String token) {
    return http.sendAsync(
        request("/verify").header("Authorization", "Bearer " + token).build(),
        BodyHandlers.ofString());
  }

  private HttpResponse<String> send(String method, String path, String... headers) {
    return send(
        request(path)
            .method(
                method,
                method.equals("POST") ? BodyPublishers.ofString("{}") : BodyPublishers.noBody())
            .headers(headers));
  }

  private HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + service.port() + path))
        .timeout(Duration.ofSeconds(15));
  }

  private HttpResponse<String> send(HttpRequest.Builder request) {
    try {
      return http.send(request.build(), BodyHandlers.ofString());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  private static String challenge(HttpResponse<String> response) {
    return String.join(", ", response.headers().allValues("WWW-Authenticate"));
  }
}
