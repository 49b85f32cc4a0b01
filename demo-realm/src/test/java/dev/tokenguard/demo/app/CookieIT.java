package dev.tokenguard.demo.app;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Response;
import com.microsoft.playwright.options.Cookie;
import dev.tokenguard.testbed.client.Jwt;
import dev.tokenguard.testbed.keycloak.ClientPolicies;
import dev.tokenguard.testbed.server.LoopbackHttpServer;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * A page whose refresh token is in a cookie, and pages of other origins that try to use it: one of
 * the same site (another port), and one of another site (another name of this machine).
 */
class CookieIT extends BrowserTest {

  private static final String CLIENT = "cookie-page";
  private static final String COOKIE = "__Secure-refresh-token-";
  private static final String PLACEHOLDER = "cookie";

  private static final String POST =
      """
      async ([uri, fields, mode]) => {
        try {
          const answer = await fetch(uri, {
            method: 'POST', mode, credentials: 'include', body: new URLSearchParams(fields) });
          return { status: answer.status, body: await answer.text() };
        } catch (failed) {
          return { status: -1, body: String(failed) };
        }
      }""";

  private static final List<LoopbackHttpServer> PAGES = new ArrayList<>();

  private static List<JsonNode> profiles;
  private static List<JsonNode> policies;
  private static URI app;
  private static URI otherOrigin;
  private static URI otherSite;

  @BeforeAll
  static void setUp() {
    app = URI.create("http://127.0.0.1:" + serve());
    otherOrigin = URI.create("http://127.0.0.1:" + serve());
    otherSite = URI.create("http://localhost:" + serve());
    profiles = listOf("profiles");
    policies = listOf("policies");
    createClient(CLIENT, app, Map.of("policy-group", CLIENT));
    admin()
        .putProfilesAndPolicies(
            List.of(
                ClientPolicies.profile(
                    CLIENT,
                    List.of(
                        ClientPolicies.executor("redis-refresh-token-rotation", Map.of()),
                        ClientPolicies.executor("refresh-token-cookie", Map.of())))),
            List.of(ClientPolicies.policy(CLIENT)));
  }

  @AfterAll
  static void tearDown() {
    PAGES.forEach(LoopbackHttpServer::close);
    admin().putProfilesAndPolicies(profiles, policies);
    deleteClient(CLIENT);
  }

  private static List<JsonNode> listOf(String name) {
    List<JsonNode> found = new ArrayList<>();
    admin().get("/client-policies/" + name).orFail().body().path(name).forEach(found::add);
    return found;
  }

  private static int serve() {
    LoopbackHttpServer server =
        new LoopbackHttpServer(
            request ->
                LoopbackHttpServer.respond(
                    request, 200, "text/html", "<!doctype html><title>page</title>".getBytes()));
    PAGES.add(server);
    return server.port();
  }

  /** Logs in as far as the redirect with the code. */
  private static String authorize(Page page) {
    page.navigate(authorizationRequest(CLIENT, app + "/callback"));
    logInAsAlice(page, app + "/callback");
    return page.url().replaceAll(".*[?&]code=([^&]+).*", "$1");
  }

  private Page loggedIn() {
    Page page = visitor().context().newPage();
    String code = authorize(page);
    Map<?, ?> answer =
        post(
            page,
            "token",
            Map.of(
                "grant_type",
                "authorization_code",
                "client_id",
                CLIENT,
                "code",
                code,
                "redirect_uri",
                app + "/callback",
                "code_verifier",
                VERIFIER));
    assertThat(answer.get("status")).as("%s", answer).isEqualTo(200);
    assertThat(answer.get("body").toString())
        .contains("access_token")
        .doesNotContain("\"refresh_token\"");
    return page;
  }

  /** The code of docs/cookie.md with the addresses of this test; its requests by endpoint. */
  @ParameterizedTest
  @CsvSource({"token, token, revoke", "token, token, logout"})
  void given_the_code_of_the_documentation_then_each_of_its_requests_is_granted(
      String login, String refresh, String end) throws IOException {
    Page page = visitor().context().newPage();
    String code = authorize(page);

    Object statuses =
        page.evaluate(
            documented(List.of(login, refresh, end)), List.of(code, app + "/callback", VERIFIER));

    assertThat(statuses.toString()).matches("\\[200, 200, 20[04]]");
    assertThat(page.context().cookies(endpoint("token")))
        .noneMatch(cookie -> cookie.name.startsWith(COOKIE));
  }

  private static String documented(List<String> endpoints) throws IOException {
    String text = Files.readString(Path.of("..", "docs", "cookie.md"));
    String block = text.split("```js\n")[1].split("```")[0];
    StringBuilder script =
        new StringBuilder(
            "async ([code, redirect_uri, code_verifier]) => { const statuses = [];\n");
    for (String line : block.split("\n")) {
      if (!line.startsWith("await ")) {
        script.append(line).append('\n');
      } else if (endpoints.contains(line.split("'")[1])) {
        script.append(line.replaceAll("^await (.*);$", "statuses.push((await $1).status);") + '\n');
      }
    }
    return withAddresses(script.append("return statuses; }").toString())
        .replace("client_id: 'app'", "client_id: '" + CLIENT + "'");
  }

  private static Map<?, ?> post(Page page, String endpoint, Map<String, String> fields) {
    return post(page, endpoint, fields, "cors");
  }

  private static Map<?, ?> post(
      Page page, String endpoint, Map<String, String> fields, String mode) {
    return (Map<?, ?>) page.evaluate(POST, List.of(endpoint(endpoint), fields, mode));
  }

  private static Map<?, ?> refresh(Page page) {
    return post(page, "token", fields("token"));
  }

  /** With the placeholder instead of the token. */
  private static Map<String, String> fields(String endpoint) {
    return switch (endpoint) {
      case "token" ->
          Map.of("client_id", CLIENT, "grant_type", "refresh_token", "refresh_token", PLACEHOLDER);
      case "revoke" -> Map.of("client_id", CLIENT, "token", PLACEHOLDER);
      default -> Map.of("client_id", CLIENT, "refresh_token", PLACEHOLDER);
    };
  }

  private static Optional<Cookie> cookie(BrowserContext context) {
    return context.cookies().stream().filter(it -> it.name.startsWith(COOKIE)).findFirst();
  }

  private static int generation(Page page) {
    return Jwt.claims(cookie(page.context()).orElseThrow().value).path("rtg").asInt(0);
  }

  @Test
  void given_a_page_when_it_logs_in_and_refreshes_then_no_script_sees_the_token() {
    Page page = loggedIn();

    assertThat(cookie(page.context()))
        .hasValueSatisfying(
            cookie -> {
              assertThat(cookie.httpOnly).isTrue();
              assertThat(cookie.secure).isTrue();
              assertThat(cookie.sameSite.name()).isEqualTo("STRICT");
              assertThat(cookie.path).isEqualTo("/realms/demo/protocol/openid-connect/");
            });
    assertThat(page.evaluate("document.cookie")).isEqualTo("");
    page.reload();
    Map<?, ?> answer = refresh(page);
    assertThat(answer.get("status")).as("%s", answer).isEqualTo(200);
    assertThat(answer.get("body").toString())
        .contains("access_token")
        .doesNotContain("\"refresh_token\"");
    assertThat(generation(page)).isEqualTo(1);
  }

  @Test
  void given_several_tabs_when_they_refresh_at_once_then_all_are_served() {
    Page page = loggedIn();
    Page tab = page.context().newPage();
    tab.navigate(app.toString());

    Object statuses =
        page.evaluate(
            "([uri, fields]) => Promise.all([1, 2, 3, 4, 5].map(() => fetch(uri, { method: 'POST',"
                + " credentials: 'include', body: new URLSearchParams(fields) })"
                + ".then(answer => answer.status)))",
            List.of(endpoint("token"), fields("token")));

    assertThat(statuses).isEqualTo(List.of(200, 200, 200, 200, 200));
    assertThat(refresh(tab).get("status")).isEqualTo(200);
    assertThat(refresh(page).get("status")).isEqualTo(200);
  }

  @Test
  void given_a_page_when_it_logs_out_then_the_browser_has_no_cookie() {
    Page page = loggedIn();

    assertThat(post(page, "logout", fields("logout")).get("status")).isEqualTo(204);

    assertThat(cookie(page.context())).isEmpty();
    assertThat(refresh(page).get("body").toString()).contains("invalid_grant");
  }

  @ParameterizedTest
  @CsvSource({
    "false, token", "false, revoke", "false, logout",
    "true,  token", "true,  revoke", "true,  logout"
  })
  void given_a_page_of_another_origin_when_it_uses_the_cookie_then_nothing_changes(
      boolean isOtherSite, String endpoint) {
    Page page = loggedIn();
    String token = cookie(page.context()).orElseThrow().value;
    Page attacker = page.context().newPage();
    attacker.navigate((isOtherSite ? otherSite : otherOrigin).toString());

    // By script: the response cannot be read, and the request is not carried out either.
    assertThat(post(attacker, endpoint, fields(endpoint)).get("status")).isEqualTo(-1);
    assertThat(post(attacker, endpoint, fields(endpoint), "no-cors").get("status")).isEqualTo(0);
    assertThat(submitForm(attacker, endpoint).status()).isEqualTo(403);

    assertThat(cookie(page.context()).orElseThrow().value).isEqualTo(token);
    assertThat(refresh(page).get("status")).isEqualTo(200);
    assertThat(generation(page)).isEqualTo(1);
  }

  /** As a navigation of the whole tab, to which browsers attach cookies most readily. */
  private static Response submitForm(Page attacker, String endpoint) {
    return attacker.waitForNavigation(
        () ->
            attacker.evaluate(
                """
                ([uri, fields]) => {
                  const form = document.createElement('form');
                  form.method = 'post';
                  form.action = uri;
                  for (const [name, value] of Object.entries(fields)) {
                    const input = document.createElement('input');
                    input.name = name;
                    input.value = value;
                    form.append(input);
                  }
                  document.body.append(form);
                  form.submit();
                }""",
                List.of(endpoint(endpoint), fields(endpoint))));
  }
}
