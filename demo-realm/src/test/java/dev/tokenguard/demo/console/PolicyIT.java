package dev.tokenguard.demo.console;

import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.AriaRole;
import dev.tokenguard.testbed.client.Answer;
import dev.tokenguard.testbed.client.OidcClient;
import org.junit.jupiter.api.Test;

/** The switch of a policy in Keycloak's console. */
class PolicyIT extends ConsoleTest {

  private static final String POLICY = "token-guard-strict";

  private final OidcClient client = client("demo-strict");

  @Test
  void
      given_a_policy_when_it_is_disabled_and_enabled_then_a_replay_is_accepted_and_refused_again() {
    assertThat(replay().error()).isEqualTo("invalid_grant");
    Console console = console(800).logIn("realm-settings/client-policies/policies");

    toggle(console);
    console.press("confirm");
    await("the policy to be off", () -> !policy(POLICY).path("enabled").asBoolean());

    assertThat(replay().isOk()).isTrue();

    console.closeAlerts();
    toggle(console);
    await("the policy to be on", () -> policy(POLICY).path("enabled").asBoolean());

    assertThat(replay().error()).isEqualTo("invalid_grant");
  }

  /** The answer to a refresh token that was used before. */
  private Answer replay() {
    String token = client.login("carol", "demo").orFail().refreshToken();
    client.refresh(token).orFail();
    return client.refresh(token);
  }

  private static void toggle(Console console) {
    Locator row =
        console.page().getByRole(AriaRole.ROW, new Page.GetByRoleOptions().setName(POLICY));
    // The checkbox itself lies under the drawing of a switch.
    console.shown(row).locator("label").click();
  }
}
