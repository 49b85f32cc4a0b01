package dev.tokenguard.demo.app;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.BrowserType;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Playwright;
import com.microsoft.playwright.options.ColorScheme;
import com.microsoft.playwright.options.ReducedMotion;
import com.microsoft.playwright.options.ScreenshotAnimations;
import dev.tokenguard.testbed.ServerLogsOnFailure;
import dev.tokenguard.testbed.client.AdminApi;
import dev.tokenguard.testbed.keycloak.KeycloakServer;
import dev.tokenguard.testbed.process.LoopbackPort;
import dev.tokenguard.testbed.redis.RedisServer;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A test in the Chromium of this machine; it is skipped where there is none. */
abstract class BrowserTest {

  @RegisterExtension static final ServerLogsOnFailure LOGS = new ServerLogsOnFailure();

  /** With {@code -Ddemo.screenshots=folder}, for the documentation. */
  static final String SCREENSHOTS = System.getProperty("demo.screenshots", "");

  private static final List<String> NAMES =
      List.of("chromium", "chromium-browser", "google-chrome", "google-chrome-stable");
  private static final List<String> OPTIONS =
      List.of(
          "--no-sandbox",
          "--disable-gpu",
          "--disable-quic",
          "--no-first-run",
          "--disable-background-networking",
          "--disable-component-update",
          "--disable-sync");

  /** RFC 7636, appendix B. */
  static final String VERIFIER = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";

  private static final String CHALLENGE = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

  /** All browser tests share it, and the servers; they end with the JVM. */
  private static Browser browser;

  private final List<Visitor> visitors = new ArrayList<>();

  @BeforeAll
  static void startBrowser() {
    Optional<Path> chromium =
        Arrays.stream(System.getenv("PATH").split(":"))
            .flatMap(folder -> NAMES.stream().map(name -> Path.of(folder, name)))
            .filter(Files::isExecutable)
            .findFirst();
    assumeTrue(
        chromium.isPresent(), "There is no Chromium here: the page of the demo is not tested");
    LOGS.watch(keycloak().log());
    if (browser == null) {
      browser =
          Playwright.create()
              .chromium()
              .launch(
                  new BrowserType.LaunchOptions()
                      .setExecutablePath(chromium.get())
                      .setArgs(OPTIONS));
    }
  }

  @AfterEach
  void closeVisitors() {
    visitors.forEach(visitor -> visitor.context().close());
  }

  static Browser browser() {
    return browser;
  }

  /** A user with a browser of their own: its tabs share cookies and storage. */
  record Visitor(BrowserContext context, List<Tab> tabs) {

    /** Opens the page in another tab. */
    Tab open() {
      Tab tab = new Tab(context.newPage());
      tab.page().navigate(page().toString());
      tabs.add(tab);
      return tab;
    }
  }

  Visitor visitor() {
    return visitor(1280, 900, ColorScheme.LIGHT);
  }

  Visitor visitor(int width, int height, ColorScheme scheme) {
    Browser.NewContextOptions options =
        new Browser.NewContextOptions()
            .setViewportSize(width, height)
            .setColorScheme(scheme)
            // An animation without end keeps a processor busy where there is no GPU.
            .setReducedMotion(ReducedMotion.REDUCE)
            .setLocale("en-GB");
    Visitor visitor = new Visitor(browser.newContext(options), new ArrayList<>());
    visitors.add(visitor);
    return visitor;
  }

  static KeycloakServer keycloak() {
    return Servers.SHARED.keycloak;
  }

  static AdminApi admin() {
    return keycloak().admin("demo");
  }

  static String endpoint(String name) {
    return keycloak().baseUri().resolve("/realms/demo/protocol/openid-connect/" + name).toString();
  }

  /** A client of a page with an origin of its own. */
  static void createClient(String id, URI origin, Map<String, String> attributes) {
    admin()
        .post(
            "/clients",
            Map.of(
                "clientId",
                id,
                "publicClient",
                true,
                "redirectUris",
                List.of(origin + "/*"),
                "webOrigins",
                List.of(origin.toString()),
                "attributes",
                attributes))
        .orFail();
  }

  static void deleteClient(String id) {
    admin().delete("/clients/" + admin().clientUuid(id)).orFail();
  }

  /** The address of the login page, for the {@link #VERIFIER}. */
  static String authorizationRequest(String client, String redirectUri) {
    return endpoint("auth")
        + "?response_type=code&scope=openid&code_challenge_method=S256&code_challenge="
        + CHALLENGE
        + ("&client_id=" + client + "&redirect_uri=" + redirectUri);
  }

  /** On the login page. */
  static void logInAsAlice(Page page, String redirectUri) {
    page.fill("#username", "alice");
    page.fill("#password", "demo");
    page.click("#kc-login");
    page.waitForURL(redirectUri + "**");
  }

  /** Code of the documentation, with the address of this Keycloak. */
  static String withAddresses(String code) {
    return code.replace(
        "https://login.example.com", keycloak().baseUri().toString().replaceAll("/$", ""));
  }

  private static URI page() {
    return Servers.SHARED.app.origin();
  }

  private static final class Servers {

    private static final Servers SHARED = new Servers();

    private final KeycloakServer keycloak;
    private final DemoApp app;

    private Servers() {
      URI redis = RedisServer.start().uri();
      keycloak =
          KeycloakServer.guarded()
              .realm(Path.of(System.getProperty("demo.realm")))
              .option("spi-redis-connection--jedis--url", redis.toString())
              // Long enough for a machine that is busy with its own tests.
              .option("spi-redis-connection--jedis--read-timeout", "4000")
              .start();
      app = DemoApp.start(keycloak.baseUri(), "demo", keycloak.admin("demo"), redis, freePair());
    }

    /** A port whose next one, the thief's, is free as well. */
    private static int freePair() {
      int port = LoopbackPort.free();
      return LoopbackPort.isFree(port + 1) ? port : freePair();
    }
  }

  static void picture(Tab tab, String name) {
    if (!SCREENSHOTS.isEmpty()) {
      tab.rest();
      picture(tab.page(), name);
    }
  }

  static void picture(Page page, String name) {
    if (!SCREENSHOTS.isEmpty()) {
      page.screenshot(
          new Page.ScreenshotOptions()
              .setAnimations(ScreenshotAnimations.DISABLED)
              .setPath(Path.of(SCREENSHOTS, name + ".png")));
    }
  }
}
