package dev.tokenguard.demo.console;

import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.assertions.PlaywrightAssertions;
import com.microsoft.playwright.options.AriaRole;
import java.net.URI;

/** Keycloak's admin console, as the administrator of the demo's realm sees it. */
final class Console {

  private static final String ADMIN = "admin";
  private static final double PATIENCE_MS = 60_000;
  private static final int RELOADS = 5;

  private final Page page;
  private final URI realm;

  Console(Page page, URI keycloak) {
    this.page = page;
    this.realm = keycloak.resolve("/admin/master/console/#/demo/");
    page.setDefaultTimeout(PATIENCE_MS);
    PlaywrightAssertions.setDefaultAssertionTimeout(PATIENCE_MS);
  }

  Page page() {
    return page;
  }

  /** Opens the console and logs in; it then shows the part of the realm that was asked for. */
  Console logIn(String path) {
    open(path);
    page.fill("#username", ADMIN);
    page.fill("#password", ADMIN);
    page.click("#kc-login");
    return this;
  }

  void open(String path) {
    page.navigate(realm + path);
  }

  void press(String testId) {
    shown(page.getByTestId(testId)).click();
  }

  void fill(String testId, String text) {
    shown(page.getByTestId(testId)).fill(text);
  }

  /** The text that the console shows at the top right, until it is closed. */
  void awaitAlert(String text) {
    shown(page.getByTestId("global-alerts").getByText(text));
  }

  void closeAlerts() {
    Locator close =
        page.getByTestId("global-alerts")
            .getByRole(AriaRole.BUTTON, new Locator.GetByRoleOptions().setName("Close"));
    while (close.count() > 0) {
      close.first().click();
    }
  }

  /**
   * Waits until something is to be seen. The console loads its parts when they are asked for; where
   * one does not arrive, as on a machine whose network changes just then, it offers to reload.
   */
  Locator shown(Locator wanted) {
    Locator reload = page.locator("[class*=alert__action-group]").getByText("Reload");
    for (int i = 0; i < RELOADS; i++) {
      wanted.or(reload).first().waitFor();
      if (wanted.first().isVisible()) {
        break;
      }
      reload.click();
    }
    return wanted;
  }
}
