package dev.tokenguard.demo.app;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.ColorScheme;
import com.microsoft.playwright.options.ScreenshotAnimations;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;

/** A test in a real browser; it is skipped where there is none. */
public abstract class BrowserTest {

  /** With {@code -Ddemo.screenshots=folder}, for the documentation. */
  private static final String PICTURES = System.getProperty("demo.screenshots", "");

  private static Chromium chromium;

  private final List<Visitor> visitors = new ArrayList<>();

  @BeforeAll
  static void startTheBrowser() {
    assumeTrue(
        Chromium.binary().isPresent(),
        "no Chromium on this machine: install one, and the page of the demo is tested, too");
    Servers.shared();
    chromium = Chromium.start(Chromium.binary().orElseThrow());
  }

  @AfterAll
  static void endTheBrowser() {
    if (chromium != null) {
      chromium.close();
      chromium = null;
    }
  }

  @AfterEach
  void sayGoodbye() {
    visitors.forEach(Visitor::close);
  }

  protected static Browser browser() {
    return chromium.browser();
  }

  Visitor visitor() {
    return visitor(1280, 900, ColorScheme.LIGHT);
  }

  Visitor visitor(int width, int height, ColorScheme scheme) {
    Visitor visitor = new Visitor(chromium, width, height, scheme);
    visitors.add(visitor);
    return visitor;
  }

  static void picture(Tab tab, String name) {
    if (!PICTURES.isEmpty()) {
      tab.rest();
      picture(tab.page(), name);
    }
  }

  protected static void picture(Page page, String name) {
    if (!PICTURES.isEmpty()) {
      page.screenshot(
          new Page.ScreenshotOptions()
              .setAnimations(ScreenshotAnimations.DISABLED)
              .setPath(Path.of(PICTURES, name + ".png")));
    }
  }
}
