package dev.tokenguard.it.rotation;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.tokenguard.it.Lab;
import dev.tokenguard.it.Lab.User;
import dev.tokenguard.it.LabTest;
import dev.tokenguard.it.Login;
import dev.tokenguard.it.Tokens;
import dev.tokenguard.it.admin.OwnRealm;
import dev.tokenguard.testbed.client.Answer;
import dev.tokenguard.testbed.client.CookieJar;
import dev.tokenguard.testbed.client.DpopKey;
import dev.tokenguard.testbed.client.Jwt;
import dev.tokenguard.testbed.client.OidcClient;
import dev.tokenguard.testbed.keycloak.ClientPolicies;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Refresh tokens in a cookie, with the browser of the test: a client with a jar of cookies. */
class RefreshTokenCookieIT extends LabTest {

  private static final String NAME = "__Secure-refresh-token-";
  private static final String PLACEHOLDER = "cookie";
  private static final Map<String, String> DEFAULTS = Map.of();

  private final User user = lab.user();

  /** A page of the client at one of its origins. */
  private record Page(OidcClient client, CookieJar jar) {

    static Page of(OidcClient client) {
      CookieJar jar = new CookieJar();
      return new Page(client.withCookies(jar).withHeader("Origin", Lab.ORIGIN), jar);
    }

    Page with(UnaryOperator<OidcClient> change) {
      return new Page(change.apply(client), jar);
    }

    Page with(String header, String value) {
      return with(it -> it.withHeader(header, value));
    }

    Page logIn(User user, String... scopes) {
      client.loginWithCode(user.name(), Lab.PASSWORD, scopes).answer().orFail();
      return this;
    }

    Answer refresh() {
      return client.token(Map.of("grant_type", "refresh_token"));
    }

    String cookie() {
      return jar.valueOf(NAME).orElseThrow();
    }

    void assertHasNoCookie() {
      assertThat(jar.valueOf(NAME)).isEmpty();
    }
  }

  /** A page of a new client with the settings for rotation. */
  private static Page page(String... rotation) {
    return Page.of(clientWith(Map.of(), DEFAULTS, rotation));
  }

  private static OidcClient clientWith(
      Map<String, ?> fields, Map<String, String> cookie, String... rotation) {
    String id = lab.uniqueId("cookie");
    OidcClient client = lab.newClientWith(id, fields, rotation);
    lab.addExecutor(id, ClientPolicies.executor("refresh-token-cookie", cookie));
    return client;
  }

  @Test
  void given_a_login_with_a_code_then_the_token_is_in_the_cookie_and_not_in_the_response() {
    Page page = page();

    Answer login = page.client().loginWithCode(user.name(), Lab.PASSWORD).answer().orFail();

    assertThat(login.body().has("refresh_token")).isFalse();
    assertThat(login.accessToken()).isNotEmpty();
    assertThat(login.idToken()).isNotEmpty();
    long expires = login.body().path("refresh_expires_in").asLong();
    assertThat(expires).isPositive();
    assertThat(login.headers().allValues("Set-Cookie"))
        .singleElement()
        .satisfies(
            line -> {
              List<String> parts = List.of(line.split("; "));
              String uuid = lab.admin().clientUuid(page.client().clientId());
              assertThat(parts.get(0)).isEqualTo(NAME + uuid + "=" + page.cookie());
              assertThat(parts.subList(1, parts.size()))
                  .contains(
                      "Path=/realms/demo/protocol/openid-connect/",
                      "Secure",
                      "HttpOnly",
                      "SameSite=Strict")
                  .hasSize(5);
              assertThat(Long.parseLong(line.replaceAll(".*Max-Age=(\\d+).*", "$1")))
                  .isBetween(expires - 2, expires);
            });
    assertThat(login.headers().firstValue("Access-Control-Allow-Origin")).contains(Lab.ORIGIN);
    assertThat(login.headers().firstValue("Access-Control-Allow-Credentials")).contains("true");
    JsonNode token = Jwt.claims(page.cookie());
    // Keycloak takes the time again for the response, so a second may have passed.
    assertThat(token.path("exp").asLong() - token.path("iat").asLong())
        .isBetween(expires, expires + 2);
    assertThat(token.path("rta").asText()).as("the login is recorded").isNotEmpty();
    assertThat(lab.stateOf(user)).isNotEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", PLACEHOLDER})
  void given_the_cookie_when_it_is_refreshed_then_it_is_rotated_and_a_replay_gets_the_same(
      String parameter) {
    Page page = page().logIn(user);
    String first = page.cookie();
    Page otherTab = new Page(page.client(), page.jar());

    Answer answer =
        parameter.isEmpty() ? page.refresh().orFail() : page.client().refresh(parameter).orFail();

    String second = page.cookie();
    assertThat(answer.body().has("refresh_token")).isFalse();
    assertThat(Jwt.claims(second).path("rtg").asInt()).isEqualTo(1);
    Tokens.assertActive(page.client(), answer);
    page.jar().replace(NAME, first);
    otherTab.refresh().orFail();
    assertThat(otherTab.cookie()).as("a second tab, or a lost response").isEqualTo(second);
    otherTab.refresh().orFail();
    assertThat(Jwt.claims(page.cookie()).path("rtg").asInt()).isEqualTo(2);
  }

  @Test
  void given_a_stolen_cookie_when_it_is_used_again_then_the_family_is_revoked_and_it_is_cleared() {
    Page page = page("grace-period", "0").logIn(user);
    String stolen = page.cookie();
    Answer newest = page.refresh().orFail();
    Page thief = Page.of(page.client()).logIn(lab.user());
    thief.jar().replace(NAME, stolen);

    Tokens.assertRefused(thief.refresh());

    thief.assertHasNoCookie();
    Tokens.assertRevoked(page.client(), newest);
    assertThat(page.refresh().error()).isEqualTo("invalid_grant");
    page.assertHasNoCookie();
    assertThat(lab.event("REFRESH_TOKEN_ERROR", user).path("error").asText())
        .startsWith("refresh_token_");
  }

  @ParameterizedTest
  @ValueSource(strings = {"revoke", "revoke without parameter", "logout"})
  void given_the_cookie_when_it_is_revoked_or_logged_out_then_it_is_cleared(String how) {
    Page page = page("grace-period", "0").logIn(user);
    Answer answer = page.refresh().orFail();
    String last = page.cookie();

    Answer ended =
        switch (how) {
          case "revoke" -> page.client().revoke(PLACEHOLDER);
          case "logout" -> page.client().logout(PLACEHOLDER);
          default -> page.client().post("revoke", Map.of());
        };

    assertThat(ended.isOk()).as("%s", ended).isTrue();
    page.assertHasNoCookie();
    Tokens.assertRevoked(page.client(), answer);
    assertThat(new Login(lab, page.client(), user, answer).isOnBlacklist()).isTrue();
    assertThat(page.client().refresh(last).error()).isEqualTo("invalid_grant");
  }

  @ParameterizedTest
  @CsvSource({
    "Origin,         https://evil.example.org",
    "Origin,         null",
    "Origin,         of Keycloak itself",
    "Sec-Fetch-Site, cross-site",
    "Origin,         ''",
  })
  void given_a_foreign_page_when_it_uses_the_cookie_then_it_is_refused_and_nothing_changes(
      String header, String value) {
    Page page = page("grace-period", "0").logIn(user);
    String token = page.cookie();
    Map<String, String> before = lab.stateOf(user);
    Page foreign =
        value.isEmpty()
            ? page.with(it -> lab.client(it.clientId()).withCookies(page.jar()))
            : page.with(
                header, value.startsWith("of ") ? lab.keycloak().baseUri().toString() : value);

    for (Answer answer :
        List.of(
            foreign.refresh(),
            foreign.client().refresh(PLACEHOLDER),
            foreign.client().revoke(PLACEHOLDER),
            foreign.client().logout(PLACEHOLDER))) {
      assertThat(answer.status()).as("%s", answer).isEqualTo(403);
      assertThat(answer.headers().allValues("Set-Cookie")).isEmpty();
    }

    assertThat(page.cookie()).isEqualTo(token);
    assertThat(lab.stateOf(user)).isEqualTo(before);
    page.refresh().orFail();
  }

  @Test
  void given_a_request_without_origin_then_the_events_have_the_reason() {
    Page page = page().logIn(user);
    OidcClient foreign = lab.client(page.client().clientId()).withCookies(page.jar());

    foreign.refresh(PLACEHOLDER);
    foreign.revoke(PLACEHOLDER);
    foreign.logout(PLACEHOLDER);

    for (String type : List.of("REFRESH_TOKEN_ERROR", "REVOKE_GRANT_ERROR", "LOGOUT_ERROR")) {
      JsonNode event = lab.admin().events(type).get(0);
      assertThat(event.path("clientId").asText()).isEqualTo(foreign.clientId());
      assertThat(event.path("error").asText()).isEqualTo("access_denied");
      assertThat(event.at("/details/client_policy_error_detail").asText())
          .contains("the request has no Origin");
    }
  }

  @Test
  void given_a_login_without_origin_then_it_gets_no_tokens() {
    OidcClient client = lab.client(page().client().clientId());

    Answer login = client.loginWithCode(user.name(), Lab.PASSWORD).answer();

    assertThat(login.status()).isEqualTo(400);
    assertThat(login.errorDescription()).contains("the request has no Origin");
    assertThat(login.headers().allValues("Set-Cookie")).isEmpty();
    assertThat(lab.stateOf(user)).isEmpty();
  }

  @Test
  void given_an_invalid_cookie_then_it_is_an_invalid_token_and_cleared() {
    Page other = page().logIn(user);
    for (String value : List.of("garbage", other.cookie())) {
      Page page = page().logIn(lab.user());
      page.jar().replace(NAME, value);

      Tokens.assertRefusedByKeycloak(page.refresh());

      page.assertHasNoCookie();
    }
    other.refresh().orFail();
  }

  @Test
  void given_no_cookie_when_the_placeholder_is_sent_then_it_is_an_invalid_token() {
    Tokens.assertRefusedByKeycloak(page().client().refresh(PLACEHOLDER));
  }

  @Test
  void given_redis_is_unavailable_then_the_cookie_is_kept_for_a_retry() {
    Page page = page().logIn(user);
    String token = page.cookie();
    lab.disconnectRedis();
    try {
      Answer refused = page.refresh();

      assertThat(refused.status()).isEqualTo(503);
      assertThat(refused.headers().allValues("Set-Cookie")).isEmpty();
    } finally {
      lab.reconnectRedis();
    }
    assertThat(page.cookie()).isEqualTo(token);
    page.refresh().orFail();
  }

  @Test
  void given_too_many_refreshes_then_the_cookie_is_kept() {
    Page page = page("max-refreshes-per-minute", "1").logIn(user);
    page.refresh().orFail();
    String token = page.cookie();

    Answer refused = page.refresh();

    assertThat(refused.status()).isEqualTo(429);
    assertThat(page.cookie()).isEqualTo(token);
  }

  @Test
  void given_a_token_as_parameter_then_it_takes_precedence_and_the_next_is_in_the_cookie() {
    Page page = page().logIn(user);
    String token = page.cookie();
    page.jar().replace(NAME, "garbage");

    Answer answer = page.client().refresh(token).orFail();

    assertThat(answer.body().has("refresh_token")).isFalse();
    assertThat(Jwt.claims(page.cookie()).path("rtg").asInt()).isEqualTo(1);
  }

  @Test
  void given_a_login_with_a_password_then_its_first_refresh_moves_the_token_to_the_cookie() {
    Page page = page();
    Answer login = page.client().login(user.name(), Lab.PASSWORD).orFail();
    page.assertHasNoCookie();

    Answer next = page.client().refresh(login.refreshToken()).orFail();

    assertThat(next.body().has("refresh_token")).isFalse();
    assertThat(Jwt.claims(page.cookie()).path("rtg").asInt()).isEqualTo(1);
  }

  @Test
  void given_a_policy_for_any_client_when_a_user_logs_in_with_a_password_then_it_sets_the_cookie() {
    try (OwnRealm realm = OwnRealm.create(Map.of())) {
      Map<String, Object> app =
          Map.of(
              "clientId",
              "page",
              "publicClient",
              true,
              "directAccessGrantsEnabled",
              true,
              "webOrigins",
              List.of(Lab.ORIGIN));
      realm.admin().post("/clients", app).orFail();
      String id = realm.admin().createUser("ann", Lab.PASSWORD);
      realm
          .admin()
          .putProfilesAndPolicies(
              List.of(
                  ClientPolicies.profile(
                      "p", List.of(ClientPolicies.executor("refresh-token-cookie", DEFAULTS)))),
              List.of(OwnRealm.policy("p", OwnRealm.condition("any-client", Map.of()), "p")));
      Page page = Page.of(OidcClient.of(lab.keycloak().baseUri(), realm.name(), "page"));

      Answer login = page.client().login("ann", Lab.PASSWORD).orFail();
      assertThat(login.body().has("refresh_token")).isFalse();
      page.refresh().orFail();
      Answer refused =
          page.with("Sec-Fetch-Site", "cross-site").client().login("ann", Lab.PASSWORD);

      assertThat(refused.isOk()).isFalse();
      assertThat(realm.admin().get("/users/" + id + "/sessions").orFail().body()).hasSize(1);
    }
  }

  @Test
  void given_a_key_of_the_page_when_the_cookie_comes_without_its_proof_then_it_is_refused() {
    Page page =
        Page.of(
            clientWith(Map.of("attributes", Map.of("dpop.bound.access.tokens", "true")), DEFAULTS));
    DpopKey key = new DpopKey();
    page.with(it -> with(key, it)).logIn(user);
    String token = page.cookie();

    page.with(it -> with(key, it)).refresh().orFail();

    assertThat(page.cookie()).isNotEqualTo(token);
    String next = page.cookie();
    Answer without = page.with(it -> with(new DpopKey(), it)).refresh();
    assertThat(without.status()).isEqualTo(400);
    assertThat(page.client().refresh(next).status()).isEqualTo(400);
  }

  private static OidcClient with(DpopKey key, OidcClient client) {
    String endpoint =
        lab.keycloak().baseUri() + "/realms/" + Lab.REALM + "/protocol/openid-connect/token";
    return client.withHeader("DPoP", key.proofFor("POST", endpoint));
  }

  @Test
  void given_an_offline_token_then_it_is_in_the_cookie_as_well() {
    Page page = page().logIn(user, "offline_access");

    page.refresh().orFail();

    JsonNode token = Jwt.claims(page.cookie());
    assertThat(token.path("typ").asText()).isEqualTo("Offline");
    assertThat(token.path("rtg").asInt()).isEqualTo(1);
  }

  @Test
  void given_an_app_on_another_site_when_same_site_is_none_then_only_its_origin_is_accepted() {
    Page page =
        Page.of(clientWith(Map.of(), Map.of("same-site", "none")))
            .with("Sec-Fetch-Site", "cross-site");

    Answer login = page.client().loginWithCode(user.name(), Lab.PASSWORD).answer().orFail();

    assertThat(login.headers().firstValue("Set-Cookie").orElse("")).endsWith("SameSite=None");
    page.refresh().orFail();
    assertThat(page.with("Origin", "https://evil.example.org").refresh().status()).isEqualTo(403);
  }

  @Test
  void given_a_client_with_any_web_origin_then_its_requests_are_refused_with_the_reason() {
    Page page = Page.of(clientWith(Map.of("webOrigins", List.of("*")), DEFAULTS));

    Answer login = page.client().loginWithCode(user.name(), Lab.PASSWORD).answer();

    assertThat(login.status()).isEqualTo(400);
    assertThat(login.errorDescription())
        .isEqualTo("refresh-token-cookie needs exact web origins, not *");
    page.assertHasNoCookie();
  }

  @Test
  void given_a_confidential_client_then_its_requests_are_refused_with_the_reason() {
    OidcClient client =
        clientWith(Map.of("publicClient", false, "secret", "s"), DEFAULTS).withSecret("s");

    Answer login = Page.of(client).client().loginWithCode(user.name(), Lab.PASSWORD).answer();

    assertThat(login.status()).isEqualTo(400);
    assertThat(login.errorDescription()).contains("refresh-token-cookie is for public clients");
  }

  @ParameterizedTest
  @CsvSource({"publicClient, is for public clients", "webOrigins, needs exact web origins"})
  void given_a_client_when_it_is_changed_to_what_the_executor_refuses_then_the_change_is_refused(
      String field, String reason) {
    String id = page().client().clientId();
    String path = "/clients/" + lab.admin().clientUuid(id);
    ObjectNode representation = (ObjectNode) lab.admin().get(path).orFail().body();
    JsonNode before = representation.path(field).deepCopy();
    if (field.equals("publicClient")) {
      representation.put(field, false);
    } else {
      representation.putArray(field).add("*");
    }

    Answer refused = lab.admin().put(path, representation);

    assertThat(refused.status()).isEqualTo(400);
    assertThat(refused.body().toString()).contains(reason);
    assertThat(lab.admin().get(path).orFail().body().path(field)).isEqualTo(before);
  }

  @Test
  void given_a_setting_that_is_not_accepted_then_the_profile_is_not_saved() {
    Map<String, Object> profile =
        Map.of(
            "name",
            "p",
            "executors",
            List.of(
                Map.of(
                    "executor",
                    "refresh-token-cookie",
                    "configuration",
                    Map.of("same-site", "off"))));

    Answer refused =
        lab.admin().put("/client-policies/profiles", Map.of("profiles", List.of(profile)));

    assertThat(refused.status()).isEqualTo(400);
    assertThat(refused.text("errorMessage"))
        .isEqualTo(
            "SameSite [same-site]: \"off\" is not accepted. Accepted: one of strict, lax, none");
  }

  @Test
  void given_a_token_that_is_longer_than_browsers_store_then_the_login_is_refused() {
    List<String> scopes =
        IntStream.range(0, 14).mapToObj(number -> "s".repeat(240) + number).toList();
    scopes.forEach(
        name ->
            lab.admin()
                .post(
                    "/client-scopes",
                    Map.of(
                        "name",
                        name,
                        "protocol",
                        "openid-connect",
                        "attributes",
                        Map.of("include.in.token.scope", "true")))
                .orFail());
    Page page = Page.of(clientWith(Map.of("defaultClientScopes", scopes), DEFAULTS));

    Answer login = page.client().loginWithCode(user.name(), Lab.PASSWORD).answer();

    assertThat(login.error()).isEqualTo("server_error");
    assertThat(login.errorDescription()).contains("too long for a cookie");
    assertThat(login.headers().allValues("Set-Cookie")).isEmpty();
    assertThat(lab.stateOf(user)).isEmpty();
  }

  @Test
  void given_two_clients_in_one_browser_then_each_has_its_cookie() {
    Page first = page().logIn(user);
    Page second =
        new Page(
            page().client().withCookies(first.jar()).withHeader("Origin", Lab.ORIGIN), first.jar());
    second.logIn(lab.user());

    first.refresh().orFail();
    second.refresh().orFail();

    Set<String> users = new TreeSet<>();
    users.add(Jwt.claims(first.refresh().orFail().accessToken()).path("sub").asText());
    users.add(Jwt.claims(second.refresh().orFail().accessToken()).path("sub").asText());
    assertThat(users).hasSize(2).contains(user.id());
  }

  @Test
  void given_another_client_without_the_policy_then_the_cookie_is_not_used() {
    Page page = page().logIn(user);
    String id = page.client().clientId();
    lab.applyPolicyOf("none", id);

    Answer refused = page.refresh();

    assertThat(refused.status()).isEqualTo(400);
    assertThat(refused.error()).isEqualTo("invalid_grant");
    assertThat(refused.headers().allValues("Set-Cookie")).isEmpty();
  }
}
