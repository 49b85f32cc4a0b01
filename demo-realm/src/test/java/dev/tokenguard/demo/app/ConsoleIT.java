package dev.tokenguard.demo.app;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.microsoft.playwright.Browser;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.TimeoutError;
import com.microsoft.playwright.assertions.PlaywrightAssertions;
import com.microsoft.playwright.options.AriaRole;
import dev.tokenguard.testbed.Await;
import dev.tokenguard.testbed.client.Answer;
import dev.tokenguard.testbed.client.OidcClient;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What an administrator sees and sets in Keycloak's own console; each test restores the realm. */
class ConsoleIT extends BrowserTest {

  private static final String EXECUTOR = "redis-refresh-token-rotation";
  private static final String LISTENER = "redis-token-blacklist";
  private static final String PROFILE = "made-in-the-console";
  private static final String POLICY = "token-guard-strict";
  private static final double PATIENCE_MS = 60_000;
  private static final double ALERT_MS = 1_000;

  /** The parts that the tests change; policies before the profiles that they name. */
  private static final List<String> CHANGED =
      List.of("/client-policies/policies", "/client-policies/profiles", "/events/config");

  private final Map<String, JsonNode> former = new LinkedHashMap<>();
  private Page page;

  @BeforeEach
  void remember() {
    CHANGED.forEach(path -> former.put(path, admin().get(path).orFail().body()));
  }

  @AfterEach
  void putBack() {
    if (page != null) {
      page.context().close();
    }
    former.forEach((path, content) -> admin().put(path, content).orFail());
  }

  @Test
  void given_a_new_profile_when_the_executor_is_added_then_each_setting_has_its_default_and_help()
      throws IOException {
    openProfileWithTheExecutor();

    List<DocumentedSetting> settings = DocumentedSetting.all();
    assertThat(settings).hasSize(17);
    for (DocumentedSetting setting : settings) {
      assertThat(field(setting)).isVisible();
      assertThat(
              page.getByText(setting.label(), new Page.GetByTextOptions().setExact(true)).first())
          .isVisible();
      openHelp(setting);
      closeHelp(setting);
    }

    closeAlerts();
    openHelp(settings.get(2));
    picture(page, "console-executor");
  }

  @Test
  void given_an_invalid_value_when_it_is_saved_then_the_alert_names_setting_value_and_range() {
    openProfileWithTheExecutor();

    fill("grace-period", "604801");
    press("addExecutor-saveBtn");

    awaitAlert(
        "Grace period (seconds) [grace-period]: \"604801\" is not accepted. Accepted: 0 to 604800 seconds");
    assertThat(named("profiles", PROFILE).path("executors")).isEmpty();

    fill("grace-period", "20");
    press("addExecutor-saveBtn");

    awaitAlert("Executor created successfully");
    JsonNode saved = named("profiles", PROFILE).path("executors").path(0);
    assertThat(saved.path("executor").asText()).isEqualTo(EXECUTOR);
    assertThat(saved.path("configuration").path("grace-period").asText()).isEqualTo("20");
    press("editExecutor");
    assertThat(shown(page.getByTestId("grace-period"))).hasValue("20");
  }

  @Test
  void
      given_a_policy_when_it_is_disabled_and_enabled_then_a_replay_is_accepted_and_refused_again() {
    assertThat(replay().error()).isEqualTo("invalid_grant");
    logIn(800, "realm-settings/client-policies/policies");

    togglePolicy();
    press("confirm");
    await("the policy to be off", () -> !named("policies", POLICY).path("enabled").asBoolean());

    assertThat(replay().isOk()).isTrue();

    closeAlerts();
    togglePolicy();
    await("the policy to be on", () -> named("policies", POLICY).path("enabled").asBoolean());

    assertThat(replay().error()).isEqualTo("invalid_grant");
  }

  @Test
  void
      given_the_listener_when_it_is_removed_and_added_then_a_password_reset_revokes_only_with_it() {
    assertThat(refreshAfterAReset().error()).isEqualTo("invalid_grant");
    logIn(560, "realm-settings/events");
    Locator close = button("close " + LISTENER);
    shown(close);
    picture(page, "console-events");

    close.click();
    press("saveEventListenerBtn");
    await("the listener to be removed", () -> !isListening());

    assertThat(refreshAfterAReset().isOk()).isTrue();

    Locator box =
        page.getByRole(AriaRole.COMBOBOX, new Page.GetByRoleOptions().setName("Type to filter"));
    box.click();
    box.fill(LISTENER);
    page.getByRole(AriaRole.OPTION, new Page.GetByRoleOptions().setName(LISTENER)).click();
    page.keyboard().press("Escape");
    shown(close);
    press("saveEventListenerBtn");
    await("the listener to be added", ConsoleIT::isListening);

    assertThat(refreshAfterAReset().error()).isEqualTo("invalid_grant");
  }

  private void openProfileWithTheExecutor() {
    logIn(1450, "realm-settings/client-policies/profiles/add-profile");
    fill("name", PROFILE);
    press("saveCreateProfile");
    press("addExecutor");
    shown(page.locator("#kc-executor")).click();
    press(EXECUTOR);
    shown(page.getByTestId("grace-period"));
  }

  /** Opens a part of the realm in a new browser of this height, and logs in. */
  private void logIn(int height, String path) {
    page =
        browser()
            .newContext(
                new Browser.NewContextOptions().setViewportSize(1280, height).setLocale("en-GB"))
            .newPage();
    page.setDefaultTimeout(PATIENCE_MS);
    PlaywrightAssertions.setDefaultAssertionTimeout(PATIENCE_MS);
    page.navigate(keycloak().baseUri().resolve("/admin/master/console/#/demo/") + path);
    page.fill("#username", "admin");
    page.fill("#password", "admin");
    page.click("#kc-login");
  }

  private void press(String testId) {
    shown(page.getByTestId(testId)).click();
  }

  private void fill(String testId, String text) {
    shown(page.getByTestId(testId)).fill(text);
  }

  private Locator button(String name) {
    return page.getByRole(AriaRole.BUTTON, new Page.GetByRoleOptions().setName(name));
  }

  /** The text that the console shows at the top right, until it is closed. */
  private void awaitAlert(String text) {
    shown(page.getByTestId("global-alerts").getByText(text));
  }

  private void closeAlerts() {
    Locator close =
        page.getByTestId("global-alerts")
            .getByRole(AriaRole.BUTTON, new Locator.GetByRoleOptions().setName("Close"));
    while (close.count() > 0) {
      try {
        close.first().click(new Locator.ClickOptions().setTimeout(ALERT_MS));
      } catch (TimeoutError gone) {
        // An alert vanishes by itself.
      }
    }
  }

  /**
   * Waits until something is to be seen. The console loads its parts when they are asked for; where
   * one does not arrive, as on a machine whose network changes just then, it offers to reload.
   */
  private Locator shown(Locator wanted) {
    Locator reload = page.locator("[class*=alert__action-group]").getByText("Reload");
    for (int reloads = 0; reloads < 5; reloads++) {
      wanted.or(reload).first().waitFor();
      if (wanted.first().isVisible()) {
        break;
      }
      reload.click();
    }
    return wanted;
  }

  private Locator field(DocumentedSetting setting) {
    return setting.isChoice()
        ? button(setting.label())
            .filter(new Locator.FilterOptions().setHasText(setting.byDefault()))
        : page.locator(
            "[data-testid='%s'][value='%s']".formatted(setting.name(), setting.byDefault()));
  }

  private void openHelp(DocumentedSetting setting) {
    // The console derives this id from the name of a text field, and from the label of a choice.
    page.locator(
            "[data-testid='help-label-%s'], [data-testid='help-label-config.%s']"
                .formatted(setting.label(), setting.name()))
        .click();
    assertThat(help(setting)).hasText(setting.helpInTheConsole());
  }

  /**
   * By its own button: a popover that has only just appeared does not handle the Escape key yet.
   */
  private void closeHelp(DocumentedSetting setting) {
    help(setting)
        .getByRole(AriaRole.BUTTON, new Locator.GetByRoleOptions().setName("Close"))
        .click();
    assertThat(page.getByRole(AriaRole.DIALOG)).hasCount(0);
  }

  private Locator help(DocumentedSetting setting) {
    return page.getByRole(AriaRole.DIALOG)
        .filter(new Locator.FilterOptions().setHasText(setting.helpInTheConsole()));
  }

  private void togglePolicy() {
    // The checkbox itself lies under the drawing of a switch.
    shown(page.getByRole(AriaRole.ROW, new Page.GetByRoleOptions().setName(POLICY)))
        .locator("label")
        .click();
  }

  /** The answer to a refresh token that was used before. */
  private static Answer replay() {
    OidcClient client = client("demo-strict");
    String token = client.login("carol", "demo").orFail().refreshToken();
    client.refresh(token).orFail();
    return client.refresh(token);
  }

  /** By the admin REST, as an administrator would; the password stays what it was. */
  private static Answer refreshAfterAReset() {
    OidcClient client = client("demo-spa");
    Answer login = client.login("bob", "demo").orFail();
    admin().resetPassword(admin().userId("bob"), "demo").orFail();
    return client.refresh(login.refreshToken());
  }

  private static OidcClient client(String clientId) {
    return OidcClient.of(keycloak().baseUri(), "demo", clientId);
  }

  /** What the console saves, the server has a moment later. */
  private static void await(String what, BooleanSupplier saved) {
    Await.until(what, Duration.ofMinutes(1), saved);
  }

  private static boolean isListening() {
    JsonNode events = admin().get("/events/config").orFail().body();
    return StreamSupport.stream(events.path("eventsListeners").spliterator(), false)
        .anyMatch(listener -> listener.asText().equals(LISTENER));
  }

  /** A client profile or policy. */
  private static JsonNode named(String kind, String name) {
    JsonNode all = admin().get("/client-policies/" + kind).orFail().body().path(kind);
    return StreamSupport.stream(all.spliterator(), false)
        .filter(one -> one.path("name").asText().equals(name))
        .findFirst()
        .orElseThrow(() -> new AssertionError("nothing named " + name + " in " + all));
  }

  /** A setting of the executor, as the documentation has it; a test compares it with the code. */
  record DocumentedSetting(
      String name, String label, String accepts, String byDefault, String help) {

    private static final Pattern ROW =
        Pattern.compile("(?m)^\\| `(.+?)` \\| (.+?) \\| (.+?) \\| `(.+?)` \\| (.+) \\|$");

    static List<DocumentedSetting> all() throws IOException {
      String docs = Files.readString(Path.of("..", "docs", "settings.md"));
      return ROW.matcher(docs.split("(?m)^## ")[1]).results().map(DocumentedSetting::of).toList();
    }

    private static DocumentedSetting of(MatchResult row) {
      return new DocumentedSetting(
          row.group(1), row.group(2), row.group(3), row.group(4), row.group(5));
    }

    /** The help text of the field in the console. */
    String helpInTheConsole() {
      return help + " Accepts " + accepts + "; default " + byDefault + ".";
    }

    boolean isChoice() {
      return accepts.startsWith("one of") || accepts.equals("true or false");
    }
  }
}
