package dev.tokenguard.demo.app;

import static dev.tokenguard.testbed.server.LoopbackHttpServer.respond;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.google.gson.JsonObject;
import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Request;
import com.sun.net.httpserver.HttpExchange;
import dev.tokenguard.testbed.client.Json;
import dev.tokenguard.testbed.client.Jwt;
import dev.tokenguard.testbed.server.LoopbackHttpServer;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The examples in the README of the library for browsers, each in three tabs. */
class BrowserLibraryIT extends BrowserTest {

  private static final Path LIBRARY = Path.of("..", "resource-servers", "browser");
  private static final String CLIENT = "app";

  private static final Map<String, String> MODULES =
      Map.of(
          "@token-guard/browser", "/src/index.js",
          "axios", "/node_modules/axios/dist/esm/axios.js",
          "jwt-decode", "/node_modules/jwt-decode/build/esm/index.js",
          "keycloak-js", "/node_modules/keycloak-js/lib/keycloak.js",
          "oidc-client-ts", "/node_modules/oidc-client-ts/dist/esm/oidc-client-ts.js");

  private static final String CODE_FOR_TOKENS =
      """
      async ([endpoint, redirect_uri, code_verifier]) => {
        const response = await fetch(endpoint, { method: 'POST', body: new URLSearchParams({
          grant_type: 'authorization_code', client_id: 'app', redirect_uri, code_verifier,
          code: new URLSearchParams(location.search).get('code'),
        }) });
        await session.logIn(await response.json());
      }""";

  private static final String PAGE =
      "<!doctype html><title>app</title><script type=importmap>"
          + Json.write(Map.of("imports", MODULES))
          + "</script><body><script type=module src=/app.js></script>";

  private static final Set<String> REVOKED = ConcurrentHashMap.newKeySet();

  private static volatile String example;
  private static LoopbackHttpServer server;
  private static URI app;

  @BeforeAll
  static void setUp() {
    assumeTrue(
        MODULES.values().stream()
            .map(LIBRARY.toString()::concat)
            .map(Path::of)
            .allMatch(Files::exists),
        "Run npm ci in resource-servers/browser: the library for browsers is not tested in Chromium");
    server = new LoopbackHttpServer(BrowserLibraryIT::answer);
    app = server.uri();
    createClient(CLIENT, app, Map.of("token-guard", "grace", "access.token.lifespan", "300"));
  }

  @AfterAll
  static void tearDown() {
    if (server != null) {
      server.close();
      deleteClient(CLIENT);
    }
  }

  @ParameterizedTest
  @CsvSource({"oidc-client-ts, true", "keycloak-js, true", "axios, true", "axios, false"})
  void given_three_tabs_when_the_API_refuses_their_token_at_once_then_one_tab_refreshes(
      String name, boolean hasLocks) throws IOException {
    example = example(name);
    BrowserContext context = visitor().context();
    if (!hasLocks) {
      context.addInitScript(
          "Object.defineProperty(Navigator.prototype, 'locks', { value: undefined })");
    }
    AtomicInteger refreshes = new AtomicInteger();
    context.onRequest(request -> refreshes.addAndGet(isRefresh(request) ? 1 : 0));
    Page first = logIn(context, name);
    List<Page> tabs = List.of(first, open(context), open(context));
    String token = accessToken(first);
    assertThat(tabs).extracting(BrowserLibraryIT::accessToken).containsOnly(token);
    assertThat(refreshes).hasValue(0);

    REVOKED.add(token);
    tabs.forEach(tab -> tab.evaluate("() => { globalThis.pending = call(); }"));
    List<Object> statuses = tabs.stream().map(tab -> tab.evaluate("() => pending")).toList();

    assertThat(statuses).containsOnly(200);
    assertThat(refreshes).hasValue(1);
    awaitEach(tabs, "token => session.tokens.accessToken !== token", token);
    assertThat(tabs).extracting(BrowserLibraryIT::accessToken).containsOnly(accessToken(first));

    lifespan(5);
    first.evaluate("() => session.refresh().then(() => null)");
    String shortLived = accessToken(first);
    lifespan(300);
    awaitEach(
        tabs,
        "token => session.tokens.lifespan > 5000 && session.tokens.accessToken !== token",
        shortLived);
    // By a tab, before the expiry; on a busy machine there may be several short-lived tokens.
    int generation = generation(first);
    assertThat(generation).isGreaterThanOrEqualTo(3);
    assertThat(refreshes).as("one for each generation").hasValue(generation);

    admin().logoutUser(admin().userId("alice")).orFail();
    tabs.get(1).evaluate("() => session.refresh().then(() => null)");

    awaitEach(
        tabs,
        "message => document.body.textContent === message",
        "This login was logged out or revoked, or has expired. Please log in again.");
    assertThat(refreshes).hasValue(generation + 1);
  }

  @Test
  void given_a_user_who_deletes_the_data_of_the_page_then_every_tab_is_logged_out()
      throws IOException {
    example = example("keycloak-js");
    BrowserContext context = visitor().context();
    List<Page> tabs = List.of(logIn(context, "keycloak-js"), open(context));

    JsonObject origin = new JsonObject();
    origin.addProperty("origin", app.toString());
    origin.addProperty("storageTypes", "indexeddb");
    context.newCDPSession(tabs.get(0)).send("Storage.clearDataForOrigin", origin);
    tabs.forEach(tab -> tab.evaluate("() => session.refresh().then(() => null)"));

    awaitEach(
        tabs,
        "message => document.body.textContent === message",
        "The login of this browser was removed. Please log in again.");
  }

  private static void awaitEach(List<Page> tabs, String condition, String argument) {
    tabs.forEach(tab -> Tab.await(tab, condition, argument));
  }

  private static void lifespan(int seconds) {
    admin().setClientAttribute(CLIENT, "access.token.lifespan", String.valueOf(seconds));
  }

  private static boolean isRefresh(Request request) {
    return request.url().endsWith("/openid-connect/token")
        && String.valueOf(request.postData()).contains("grant_type=refresh_token");
  }

  private static Page logIn(BrowserContext context, String name) {
    Page page = context.newPage();
    if (name.equals("axios")) {
      page.navigate(authorizationRequest(CLIENT, app + "/"));
    } else {
      page.navigate(app + "/");
    }
    logInAsAlice(page, app + "/");
    if (name.equals("axios")) {
      Tab.await(page, "() => globalThis.session", null);
      page.evaluate(CODE_FOR_TOKENS, List.of(endpoint("token"), app + "/", VERIFIER));
    }
    return loggedIn(page);
  }

  private static Page open(BrowserContext context) {
    Page page = context.newPage();
    page.navigate(app + "/");
    return loggedIn(page);
  }

  private static Page loggedIn(Page page) {
    Tab.await(page, "() => globalThis.session?.tokens", null);
    return page;
  }

  private static String accessToken(Page page) {
    return (String) page.evaluate("() => session.tokens.accessToken");
  }

  private static int generation(Page page) {
    return Jwt.claims((String) page.evaluate("() => session.tokens.refreshToken"))
        .path("rtg")
        .asInt();
  }

  /** The code of the README with the address of this Keycloak. */
  private static String example(String name) throws IOException {
    String code =
        Files.readString(LIBRARY.resolve("README.md"))
            .split("```js " + name + "\n")[1]
            .split("```")[0];
    return withAddresses(code)
        + """
        globalThis.session = session;
        globalThis.call = async () =>
          (await (api.get ? api.get('/orders') : api('/api/orders'))).status;
        """;
  }

  private static void answer(HttpExchange exchange) throws IOException {
    String path = exchange.getRequestURI().getPath();
    if (path.equals("/")) {
      respond(exchange, 200, "text/html", PAGE.getBytes(UTF_8));
    } else if (path.equals("/app.js")) {
      respond(exchange, 200, "text/javascript", example.getBytes(UTF_8));
    } else if (path.equals("/api/orders")) {
      respond(exchange, isAuthorized(exchange) ? 200 : 401, "application/json", "[]".getBytes());
    } else if (path.endsWith(".js")) {
      respond(exchange, 200, "text/javascript", Files.readAllBytes(Path.of(LIBRARY + path)));
    } else {
      respond(exchange, 404, "text/plain", new byte[0]);
    }
  }

  /** An API that knows which tokens are revoked. */
  private static boolean isAuthorized(HttpExchange exchange) {
    String header = String.valueOf(exchange.getRequestHeaders().getFirst("Authorization"));
    return header.startsWith("Bearer ") && !REVOKED.contains(header.substring(7));
  }
}
