package dev.tokenguard.demo.app;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.options.ColorScheme;
import java.util.ArrayList;
import java.util.List;

/** Somebody with a browser of their own: its tabs share cookies and storage. */
final class Visitor implements AutoCloseable {

  private final BrowserContext context;
  private final List<Tab> tabs = new ArrayList<>();

  Visitor(Chromium chromium, int width, int height, ColorScheme scheme) {
    context =
        chromium
            .browser()
            .newContext(
                new Browser.NewContextOptions()
                    .setViewportSize(width, height)
                    .setColorScheme(scheme)
                    .setLocale("en-GB"));
  }

  BrowserContext context() {
    return context;
  }

  /** Opens the page in another tab. */
  Tab open() {
    Tab tab = new Tab(context.newPage());
    tab.page().navigate(Servers.shared().page().toString());
    tabs.add(tab);
    return tab;
  }

  List<Tab> tabs() {
    return tabs;
  }

  @Override
  public void close() {
    context.close();
  }
}
