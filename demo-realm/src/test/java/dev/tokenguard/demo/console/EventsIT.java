package dev.tokenguard.demo.console;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.AriaRole;
import dev.tokenguard.testbed.client.Answer;
import dev.tokenguard.testbed.client.OidcClient;
import org.junit.jupiter.api.Test;

class EventsIT extends ConsoleTest {

  private static final String LISTENER = "redis-token-blacklist";

  private final OidcClient client = client("demo-spa");

  @Test
  void
      given_the_listener_when_it_is_removed_and_added_then_a_password_reset_revokes_only_with_it() {
    assertThat(refreshAfterAReset().error()).isEqualTo("invalid_grant");
    Console console = console(560).logIn("realm-settings/events");
    console.shown(button(console, "close " + LISTENER));
    picture(console.page(), "console-events");

    button(console, "close " + LISTENER).click();
    console.press("saveEventListenerBtn");
    await("the listener to be removed", () -> !isListening());

    assertThat(refreshAfterAReset().isOk()).isTrue();

    choose(console);
    console.press("saveEventListenerBtn");
    await("the listener to be added", EventsIT::isListening);

    assertThat(refreshAfterAReset().error()).isEqualTo("invalid_grant");
  }

  private static void choose(Console console) {
    Page page = console.page();
    Locator box =
        page.getByRole(AriaRole.COMBOBOX, new Page.GetByRoleOptions().setName("Type to filter"));
    box.click();
    box.fill(LISTENER);
    page.getByRole(AriaRole.OPTION, new Page.GetByRoleOptions().setName(LISTENER)).click();
    page.keyboard().press("Escape");
    console.shown(button(console, "close " + LISTENER));
  }

  private static Locator button(Console console, String name) {
    return console.page().getByRole(AriaRole.BUTTON, new Page.GetByRoleOptions().setName(name));
  }

  private static boolean isListening() {
    for (JsonNode listener :
        admin().get("/events/config").orFail().body().path("eventsListeners")) {
      if (listener.asText().equals(LISTENER)) {
        return true;
      }
    }
    return false;
  }

  /** By the admin REST, as an administrator would; the password stays what it was. */
  private Answer refreshAfterAReset() {
    Answer login = client.login("bob", "demo").orFail();
    admin().resetPassword(admin().userId("bob"), "demo").orFail();
    return client.refresh(login.refreshToken());
  }
}
