package dev.tokenguard.it.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.tokenguard.it.Lab;
import dev.tokenguard.it.Lab.User;
import dev.tokenguard.it.LabTest;
import dev.tokenguard.testbed.client.Answer;
import dev.tokenguard.testbed.client.DpopKey;
import dev.tokenguard.testbed.client.OidcClient;
import dev.tokenguard.testbed.process.LoopbackPort;
import dev.tokenguard.testbed.server.NginxServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpResponse;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The documented nginx in front of an API: a revocation reaches it with the next request. */
class NginxIT extends LabTest {

  private static final String SECRET = "demo-secret";
  private static final String PLAIN_CHALLENGE = "Bearer realm=\"api\"";
  private static final String INVALID_TOKEN =
      "Bearer realm=\"api\", error=\"invalid_token\","
          + " error_description=\"The access token expired or was revoked\"";
  private static final String OTHER_TOKEN =
      "Bearer realm=\"api\", error=\"invalid_token\","
          + " error_description=\"The token is not a bearer access token\"";

  private static Gate gate;

  private final User user = lab.user();
  private final OidcClient client = lab.clientWith("grace-period", "0");

  @BeforeAll
  static void startGate() {
    assumeTrue(
        NginxServer.isInstalled(),
        "There is no nginx with njs here: apt-get install nginx libnginx-mod-http-js");
    gate = gateWith(SECRET, Map.of());
  }

  @AfterAll
  static void stopGate() {
    if (gate != null) {
      gate.close();
    }
  }

  @Test
  void given_an_active_token_then_the_api_gets_the_request_with_it() {
    String token = bearer(user.logIn(client));

    assertThat(gate.send(token).statusCode()).isEqualTo(204);

    assertThat(gate.credentialsAtTheApi()).contains(List.of(token));
  }

  @Test
  void given_no_bearer_token_then_keycloak_is_not_asked_and_the_challenge_names_no_error() {
    assertRefused(gate.send(), PLAIN_CHALLENGE);
    for (String credentials :
        List.of("Basic ZGVtbzpk", "Bearer", "Bearer two words", "Bearer {}")) {
      assertRefused(gate.send(credentials), PLAIN_CHALLENGE);
    }
  }

  @Test
  void given_a_text_that_keycloak_never_issued_then_it_is_an_invalid_token() {
    assertRefused(gate.send("Bearer garbage"), INVALID_TOKEN);
    assertRefused(gate.send("Bearer a+b/c~d=="), INVALID_TOKEN);
  }

  @Test
  void given_a_logout_or_a_revocation_then_the_next_request_is_refused() {
    Answer loggedOut = user.logIn(client);
    Answer revoked = user.logIn(client);
    assertThat(gate.send(bearer(loggedOut)).statusCode()).isEqualTo(204);
    assertThat(gate.send(bearer(revoked)).statusCode()).isEqualTo(204);

    client.logout(loggedOut.refreshToken()).orFail();
    client.revoke(revoked.accessToken()).orFail();

    assertRefused(gate.send(bearer(loggedOut)), INVALID_TOKEN);
    assertRefused(gate.send(bearer(revoked)), INVALID_TOKEN);
    assertThat(gate.logs()).contains("/orders").doesNotContain(SECRET);
    assertThat(loggedOut.accessToken().split("\\.")).noneMatch(gate.logs()::contains);
  }

  /** Keycloak reports them as active, each with its type. */
  @Test
  void given_another_kind_of_token_or_one_that_is_bound_to_a_key_then_it_is_refused() {
    Map<String, Object> toIdToken = new LinkedHashMap<>(Lab.audience("demo-backend"));
    toIdToken.put(
        "config",
        Map.of(
            "included.client.audience", "demo-backend",
            "access.token.claim", "true",
            "id.token.claim", "true"));
    String id = lab.uniqueId("bound");
    lab.createClient(
        id,
        Map.of(
            "protocolMappers",
            List.of(toIdToken),
            "attributes",
            Map.of("dpop.bound.access.tokens", "true")));
    String endpoint = lab.keycloak().baseUri() + "/realms/demo/protocol/openid-connect/token";
    OidcClient bound = lab.client(id).withHeader("DPoP", new DpopKey().proofFor("POST", endpoint));
    Answer login = user.logIn(bound);

    assertRefused(gate.send("Bearer " + login.accessToken()), OTHER_TOKEN);
    assertRefused(gate.send("Bearer " + login.idToken()), OTHER_TOKEN);
    // From 26.6 on, Keycloak itself reports a refresh token as inactive.
    String refreshToken = user.logIn(client).refreshToken();
    assertThat(gate.send("Bearer " + refreshToken).statusCode()).isEqualTo(401);
  }

  @Test
  void given_two_tokens_in_one_request_then_the_api_sees_neither() {
    String good = bearer(user.logIn(client));

    HttpResponse<String> answer = gate.send(good, "Bearer other");

    assertThat(answer.statusCode()).isIn(400, 401);
    assertThat(gate.credentialsAtTheApi()).doesNotContain(List.of(good));
  }

  @Test
  void given_a_caller_that_the_token_is_not_meant_for_then_no_token_is_active() {
    assumeTrue(
        lab.has("logins by token-interceptor"),
        "Keycloak up to 26.5 answers every client that introspects");
    String other = "{\"clientId\": \"other-gateway\", \"secret\": \"other-secret\"}";
    lab.admin().post("/clients", other).orFail();
    try (Gate gateway = gateWith("other-secret", Map.of("demo-backend;", "other-gateway;"))) {
      assertRefused(gateway.send(bearer(user.logIn(client))), INVALID_TOKEN);
    }
  }

  @Test
  void given_no_answer_of_keycloak_or_a_refusal_then_503_and_no_token_is_called_invalid()
      throws IOException {
    URI closed = URI.create("http://127.0.0.1:" + LoopbackPort.free());
    Map<String, String> impatient = Map.of("proxy_read_timeout 3s;", "proxy_read_timeout 300ms;");
    try (ServerSocket silent = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        Gate wrong = gateWith("wrong", Map.of());
        Gate lost = gateWith(SECRET, Map.of());
        Gate alone = new Gate(closed, SECRET, Map.of());
        Gate waiting =
            new Gate(URI.create("http://127.0.0.1:" + silent.getLocalPort()), SECRET, impatient)) {
      lost.loseTheSecret();
      for (Gate each : List.of(wrong, lost, alone, waiting)) {
        HttpResponse<String> answer = each.send(bearer(user.logIn(client)));
        assertThat(answer.statusCode()).isEqualTo(503);
        assertThat(answer.headers().firstValue("Retry-After")).hasValue("5");
        assertThat(answer.headers().allValues("WWW-Authenticate")).isEmpty();
        assertThat(each.credentialsAtTheApi()).isEmpty();
      }
    }
  }

  @Test
  void given_the_cache_then_a_revocation_is_noticed_late() {
    Map<String, String> cached =
        Map.of(
            "# proxy_cache_path /var/cache/nginx/introspection", "proxy_cache_path cache",
            "# js_set", "js_set",
            "# proxy_cache introspection;", "proxy_cache introspection;",
            "# proxy_cache_methods", "proxy_cache_methods",
            "# proxy_cache_key", "proxy_cache_key",
            "# proxy_cache_valid 200 5s;", "proxy_cache_valid 200 60s;",
            "# proxy_ignore_headers", "proxy_ignore_headers");
    try (Gate other = gateWith(SECRET, cached)) {
      Answer asked = user.logIn(client);
      Answer unasked = user.logIn(client);
      assertThat(other.send(bearer(asked)).statusCode()).isEqualTo(204);

      client.logout(asked.refreshToken()).orFail();
      client.logout(unasked.refreshToken()).orFail();

      assertThat(other.send(bearer(asked)).statusCode()).isEqualTo(204);
      assertRefused(other.send(bearer(unasked)), INVALID_TOKEN);
    }
  }

  private static Gate gateWith(String secret, Map<String, String> changes) {
    return new Gate(lab.keycloak().baseUri(), secret, changes);
  }

  private static String bearer(Answer login) {
    return "Bearer " + login.accessToken();
  }

  private static void assertRefused(HttpResponse<String> answer, String challenge) {
    assertThat(answer.statusCode()).isEqualTo(401);
    assertThat(answer.headers().allValues("WWW-Authenticate")).containsExactly(challenge);
  }
}
