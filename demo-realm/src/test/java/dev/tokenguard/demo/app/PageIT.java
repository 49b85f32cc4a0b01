package dev.tokenguard.demo.app;

import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.options.ColorScheme;
import dev.tokenguard.testbed.Await;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The page in a browser: keyboard, small screens, and what the buttons show. */
class PageIT extends BrowserTest {

  private static final List<String> CONTROLS =
      List.of(
          "refresh-now",
          "refresh-five",
          "lose-next",
          "open-tab",
          "bad-network",
          "steal",
          "thief-again",
          "replay-old",
          "forge",
          "api-current",
          "api-previous",
          "api-revoked",
          "log-out",
          "log-out-everywhere",
          "change-password",
          "reset-password");

  @Test
  void given_a_keyboard_only_then_the_user_logs_in_and_reaches_every_control() {
    Tab tab = visitor().open();
    tab.page().waitForSelector("#login:not([hidden])");
    tabTo(tab, "document.activeElement.name === 'mode'");
    tabTo(tab, "document.activeElement.id === 'log-in'");
    tab.page().keyboard().press("Enter");
    tab.page().waitForSelector("#kc-login");
    tab.page().keyboard().type("bob");
    tabTo(tab, "document.activeElement.id === 'password'");
    tab.page().keyboard().type("demo");
    tab.page().keyboard().press("Enter");
    tab.awaitDashboard();

    for (String control : CONTROLS) {
      tabTo(tab, "document.activeElement.id === '" + control + "'");
      assertThat(isFocusVisible(tab)).as("focus on " + control).isTrue();
    }
    tab.page().focus("#refresh-now");
    tab.page().keyboard().press("Enter");

    tab.awaitOutcome("Refreshed: generation 1");
    assertThat(tab.errors()).isEmpty();
  }

  @Test
  void given_a_phone_of_360_pixels_then_nothing_is_wider() {
    Tab tab = visitor(360, 740, ColorScheme.DARK).open();
    tab.page().waitForSelector("#login:not([hidden])");
    assertThat(widestPixel(tab)).isLessThanOrEqualTo(360);
    tab.logIn("bob");
    tab.press("refresh-five", "5 of 5 served");
    assertThat(widestPixel(tab)).isLessThanOrEqualTo(360);
    picture(tab, "demo-phone");
    tab.press("steal", "The thief used");
    tab.press("refresh-now");
    tab.awaitNotice();

    assertThat(widestPixel(tab)).isLessThanOrEqualTo(360);
    assertThat(tab.errorsOfThePage()).isEmpty();
  }

  @Test
  void given_an_expired_and_a_revoked_token_then_the_api_distinguishes_them() {
    // A tab with short-lived tokens might refresh between the revocation and the request.
    Tab slow = visitor().open();
    slow.logIn("bob");
    slow.press("api-current", "200: bob");

    slow.press("api-revoked", "401 revoked: Bearer realm=\"demo\", error=\"invalid_token\"");
    slow.awaitOutcome("Then, refreshed: 200: bob");
    assertThat(slow.errorsOfThePage()).isEmpty();

    Tab tab = visitor().open();
    tab.page().check("input[value=quick]");
    tab.logIn("bob");
    // The previous token outlives the refresh by a second or two.
    Await.until("an expired token", Duration.ofSeconds(30), () -> previousTokenIsExpired(tab));
    assertThat(tab.errorsOfThePage()).isEmpty();
  }

  @Test
  void given_a_tab_that_is_offline_beyond_the_expiry_when_it_is_online_then_it_refreshes() {
    Tab tab = visitor().open();
    tab.page().check("input[value=quick]");
    tab.logIn("bob");
    tab.page().context().setOffline(true);
    tab.awaitText("#network", "offline");
    tab.awaitText("#seconds", "0");
    int before = tab.generation();

    tab.page().context().setOffline(false);

    tab.awaitGeneration(before + 1);
    assertThat(tab.page().textContent("#network")).isEqualTo("online");
    assertThat(tab.showsDashboard()).isTrue();
  }

  @Test
  void given_a_logout_everywhere_or_here_then_every_tab_shows_the_login_with_the_reason() {
    Visitor bob = visitor();
    Tab first = bob.open();
    first.logIn("bob");
    Tab second = bob.open();
    second.awaitDashboard();

    first.press("log-out-everywhere");

    assertThat(first.awaitNotice()).isEqualTo("You logged out everywhere.");
    assertThat(second.awaitNotice()).isEqualTo("You logged out everywhere.");

    first.logIn("bob");
    first.press("log-out");

    assertThat(first.awaitNotice()).isEqualTo("You logged out.");
    first.logIn("bob");
    assertThat(first.generation()).isZero();
  }

  @Test
  void given_a_password_reset_then_other_browsers_are_logged_out_with_the_reason() {
    Tab elsewhere = visitor().open();
    elsewhere.logIn("bob");
    Tab here = visitor().open();
    here.logIn("bob");

    here.press("reset-password");

    assertThat(here.awaitNotice()).contains("An administrator set a new password");
    assertThat(elsewhere.awaitNotice()).contains("Please log in again");
  }

  @Test
  void given_a_password_changed_here_then_only_other_browsers_are_logged_out() {
    Tab elsewhere = visitor().open();
    elsewhere.logIn("carol");
    Tab here = visitor().open();
    here.logIn("carol");

    here.press("change-password");
    here.page().fill("#password-new", "demo");
    here.page().fill("#password-confirm", "demo");
    here.page().keyboard().press("Enter");

    here.awaitDashboard();
    assertThat(elsewhere.awaitNotice()).contains("The password was changed", "log in again");
    here.press("refresh-now", "Refreshed: generation");
  }

  private static boolean previousTokenIsExpired(Tab tab) {
    tab.press("api-previous");
    tab.page().waitForSelector("#api-previous:not([aria-busy])");
    return tab.page()
        .textContent("#outcome")
        .contains("401 expired: Bearer realm=\"demo\", error=\"invalid_token\"");
  }

  /** Presses Tab until the condition holds. */
  private static void tabTo(Tab tab, String condition) {
    for (int presses = 0; presses < 60; presses++) {
      if ((Boolean) tab.page().evaluate(condition)) {
        return;
      }
      tab.page().keyboard().press("Tab");
    }
    throw new AssertionError("not reached by the keyboard: " + condition);
  }

  private static boolean isFocusVisible(Tab tab) {
    return (Boolean)
        tab.page()
            .evaluate(
                "() => { const style = getComputedStyle(document.activeElement);"
                    + " return style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2; }");
  }

  private static int widestPixel(Tab tab) {
    return ((Number)
            tab.page()
                .evaluate(
                    "() => Math.max(document.documentElement.scrollWidth,"
                        + " ...[...document.querySelectorAll('main *')].filter(each => !each.closest('pre, .unseen'))"
                        + ".map(each => Math.ceil(each.getBoundingClientRect().right)))"))
        .intValue();
  }
}
