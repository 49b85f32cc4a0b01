package dev.tokenguard.demo.app;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.BrowserType;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Playwright;
import com.microsoft.playwright.options.ColorScheme;
import com.microsoft.playwright.options.ScreenshotAnimations;
import dev.tokenguard.testbed.ServerLogsOnFailure;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A test in the Chromium of this machine; it is skipped where there is none. */
public abstract class BrowserTest {

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

  private static Playwright playwright;
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
    LOGS.watch(Servers.shared().keycloak().log());
    playwright = Playwright.create();
    browser =
        playwright
            .chromium()
            .launch(
                new BrowserType.LaunchOptions().setExecutablePath(chromium.get()).setArgs(OPTIONS));
  }

  @AfterAll
  static void stopBrowser() {
    if (browser != null) {
      browser.close();
      playwright.close();
      browser = null;
    }
  }

  @AfterEach
  void closeVisitors() {
    visitors.forEach(visitor -> visitor.context().close());
  }

  protected static Browser browser() {
    return browser;
  }

  /** A user with a browser of their own: its tabs share cookies and storage. */
  record Visitor(BrowserContext context, List<Tab> tabs) {

    /** Opens the page in another tab. */
    Tab open() {
      Tab tab = new Tab(context.newPage());
      tab.page().navigate(Servers.shared().page().toString());
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
            .setLocale("en-GB");
    Visitor visitor = new Visitor(browser.newContext(options), new ArrayList<>());
    visitors.add(visitor);
    return visitor;
  }

  static void picture(Tab tab, String name) {
    if (!SCREENSHOTS.isEmpty()) {
      tab.rest();
      picture(tab.page(), name);
    }
  }

  protected static void picture(Page page, String name) {
    if (!SCREENSHOTS.isEmpty()) {
      page.screenshot(
          new Page.ScreenshotOptions()
              .setAnimations(ScreenshotAnimations.DISABLED)
              .setPath(Path.of(SCREENSHOTS, name + ".png")));
    }
  }
}
