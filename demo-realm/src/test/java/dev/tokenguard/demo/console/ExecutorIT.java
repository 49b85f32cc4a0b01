package dev.tokenguard.demo.console;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.AriaRole;
import org.junit.jupiter.api.Test;

class ExecutorIT extends ConsoleTest {

  private static final String EXECUTOR = "redis-refresh-token-rotation";
  private static final String PROFILE = "made-in-the-console";
  private static final String NEW = "realm-settings/client-policies/profiles/add-profile";

  @Test
  void given_a_new_profile_when_the_executor_is_added_then_each_setting_has_its_default_and_help() {
    Console console = profileWithTheExecutorOpen();

    assertThat(DocumentedSetting.all()).hasSize(14);
    for (DocumentedSetting setting : DocumentedSetting.all()) {
      assertThat(field(console, setting)).isVisible();
      assertThat(
              console
                  .page()
                  .getByText(setting.label(), new Page.GetByTextOptions().setExact(true))
                  .first())
          .isVisible();
      openHelp(console, setting);
      closeHelp(console, setting);
    }

    console.closeAlerts();
    openHelp(console, DocumentedSetting.all().get(2));
    picture(console.page(), "console-executor");
  }

  @Test
  void given_an_invalid_value_when_it_is_saved_then_the_alert_names_setting_value_and_range() {
    Console console = profileWithTheExecutorOpen();

    console.fill("grace-period", "301");
    console.press("addExecutor-saveBtn");

    console.awaitAlert(
        "Grace period (seconds) [grace-period]: \"301\" is not accepted. Accepted: 0 to 300 seconds");
    assertThat(profile(PROFILE).path("executors")).isEmpty();

    console.fill("grace-period", "20");
    console.press("addExecutor-saveBtn");

    console.awaitAlert("Executor created successfully");
    JsonNode saved = profile(PROFILE).path("executors").path(0);
    assertThat(saved.path("executor").asText()).isEqualTo(EXECUTOR);
    assertThat(saved.path("configuration").path("grace-period").asText()).isEqualTo("20");
    console.press("editExecutor");
    assertThat(console.shown(console.page().getByTestId("grace-period"))).hasValue("20");
  }

  private Console profileWithTheExecutorOpen() {
    Console console = console(1450).logIn(NEW);
    console.fill("name", PROFILE);
    console.press("saveCreateProfile");
    console.press("addExecutor");
    console.shown(console.page().locator("#kc-executor")).click();
    console.press(EXECUTOR);
    console.shown(console.page().getByTestId("grace-period"));
    return console;
  }

  private static Locator field(Console console, DocumentedSetting setting) {
    return setting.isChoice()
        ? console
            .page()
            .getByRole(AriaRole.BUTTON, new Page.GetByRoleOptions().setName(setting.label()))
            .filter(new Locator.FilterOptions().setHasText(setting.byDefault()))
        : console
            .page()
            .locator(
                "[data-testid='%s'][value='%s']".formatted(setting.name(), setting.byDefault()));
  }

  private static void openHelp(Console console, DocumentedSetting setting) {
    // The console derives this id from the name of a text field, and from the label of a choice.
    console
        .page()
        .locator(
            "[data-testid='help-label-%s'], [data-testid='help-label-config.%s']"
                .formatted(setting.label(), setting.name()))
        .click();
    assertThat(help(console, setting)).hasText(setting.helpInTheConsole());
  }

  /**
   * By its own button: a popover that has only just appeared does not handle the Escape key yet.
   */
  private static void closeHelp(Console console, DocumentedSetting setting) {
    help(console, setting)
        .getByRole(AriaRole.BUTTON, new Locator.GetByRoleOptions().setName("Close"))
        .click();
    assertThat(console.page().getByRole(AriaRole.DIALOG)).hasCount(0);
  }

  private static Locator help(Console console, DocumentedSetting setting) {
    return console
        .page()
        .getByRole(AriaRole.DIALOG)
        .filter(new Locator.FilterOptions().setHasText(setting.helpInTheConsole()));
  }
}
