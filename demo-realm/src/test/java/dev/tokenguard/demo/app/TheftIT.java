package dev.tokenguard.demo.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.microsoft.playwright.options.ColorScheme;
import com.microsoft.playwright.options.Cookie;
import com.microsoft.playwright.options.SameSiteAttribute;
import dev.tokenguard.testbed.Await;
import dev.tokenguard.testbed.client.OidcClient;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A theft as the user of the page sees it. */
class TheftIT extends BrowserTest {

  @ParameterizedTest
  @EnumSource(
      value = ColorScheme.class,
      names = {"LIGHT", "DARK"})
  void given_two_tabs_when_a_token_is_stolen_then_both_are_logged_out_with_the_reason(
      ColorScheme scheme) {
    // The dark one is for a picture; PageIT tests it.
    assumeTrue(scheme == ColorScheme.LIGHT || !SCREENSHOTS.isEmpty());
    Visitor alice = visitor(1280, 900, scheme);
    Tab first = alice.open();
    first.logIn("alice");
    Tab second = alice.open();
    second.awaitDashboard();

    first.press("refresh-now", "generation 1");
    second.awaitGeneration(1);
    second.press("refresh-five", "5 of 5 served");
    first.awaitGeneration(2);
    first.press("lose-next", "the very token that was lost");
    second.awaitGeneration(3);
    assertThat(first.page().textContent("#lineage")).contains("same ×4", "lost", "same again");
    assertThat(first.errors()).isEmpty();
    assertThat(second.errors()).isEmpty();

    first.press("steal", "The thief used generation 3 and has 4");
    picture(first, "demo-desk-" + scheme.name().toLowerCase());
    second.press("refresh-now");

    assertThat(first.awaitNotice())
        .contains("generation 3 was presented again when 4 was the newest");
    assertThat(second.awaitNotice()).isEqualTo(first.awaitNotice());
    assertThat(second.page().textContent("#last-lineage")).contains("3 used twice", "thief");
    assertThat(first.sinceTheTheft()).containsExactly("refused", "ended");
    assertThat(first.errorsOfThePage()).isEmpty();
    assertThat(second.errorsOfThePage()).isEmpty();
    picture(first, "demo-theft-" + scheme.name().toLowerCase());
  }

  @Test
  void given_a_theft_when_the_user_logs_in_again_then_the_password_is_needed() {
    Tab tab = visitor().open();
    tab.logIn("alice");
    tab.press("steal", "The thief used generation 0 and has 1");
    tab.press("refresh-now");
    tab.awaitNotice();

    // The session at Keycloak is still active with grace, so only prompt=login asks for it.
    tab.press("log-in");
    tab.page().fill("#password", "demo");
    tab.page().click("#kc-login");
    tab.awaitDashboard();
    tab.press("refresh-now", "Refreshed: generation 1");
  }

  @Test
  void given_a_thief_with_the_same_user_agent_when_the_token_is_old_then_the_theft_is_detected() {
    Tab tab = visitor().open();
    tab.logIn("bob");
    tab.page().check("#forge");
    tab.press("steal", "The thief used generation 0 and has 1");
    tab.press("refresh-now", "Refreshed: generation 1");
    tab.press("refresh-now", "Refreshed: generation 2");
    tab.press("refresh-now", "Refreshed: generation 3");

    tab.press("thief-again");

    assertThat(tab.awaitNotice())
        .contains("generation 1 was presented again when 3 was the newest");
  }

  @Test
  void given_an_old_token_when_it_is_replayed_then_the_family_is_revoked() {
    Tab tab = visitor().open();
    tab.logIn("bob");
    tab.press("refresh-now", "Refreshed: generation 1");
    tab.press("refresh-now", "Refreshed: generation 2");

    tab.press("replay-old");

    assertThat(tab.awaitNotice())
        .contains("generation 0 was presented again when 2 was the newest");
  }

  @Test
  void
      given_tokens_with_a_key_when_one_is_stolen_then_the_thief_is_refused_and_all_tabs_continue() {
    Visitor alice = visitor();
    Tab first = alice.open();
    first.page().check("input[value=key]");
    first.logIn("alice");
    Tab second = alice.open();
    second.awaitDashboard();
    first.press("refresh-five", "5 of 5 served");
    second.press("lose-next", "the very token that was lost");
    first.page().check("#forge");

    for (String theft : List.of("steal", "thief-again")) {
      first.press(theft);
      first.awaitText("#history", "Thief");
      first.awaitOutcome(
          "cannot use it: Keycloak refused it without a proof of your key (invalid_request)"
              + " and with a proof of the thief’s key (invalid_grant). You stay logged in.");
      first.press("refresh-now", "Refreshed: generation");
    }

    second.awaitGeneration(4);
    second.press("api-revoked", "401 revoked: DPoP realm=\"demo\", error=\"invalid_token\"");
    second.awaitOutcome("Then, refreshed: 200: alice");
    assertThat(isKeyExportable(first)).isFalse();
    assertThat(first.events("ended")).isZero();
    assertThat(first.errorsOfThePage()).isEmpty();
    assertThat(second.errorsOfThePage()).isEmpty();
  }

  @Test
  void given_a_token_in_a_cookie_then_a_script_cannot_steal_it_and_all_tabs_refresh_with_it() {
    Visitor alice = visitor();
    Tab first = alice.open();
    first.page().check("input[value=cookie]");
    first.logIn("alice");
    Tab second = alice.open();
    second.awaitDashboard();
    first.press("refresh-now", "Refreshed: generation 1");
    second.awaitGeneration(1);
    second.press("refresh-five", "5 of 5 served");
    second.press("lose-next", "the browser had stored the cookie");
    first.page().reload();
    first.press("refresh-now", "Refreshed: generation");

    first.press("steal", "The script found no refresh token");
    first.press("thief-again", "The thief has no token of this login");
    first.press("replay-old", "This page has never received a refresh token");

    second.press("api-revoked", "401 revoked: Bearer");
    second.awaitOutcome("Then, refreshed: 200: alice");
    assertThat(cookies(alice))
        .singleElement()
        .satisfies(
            cookie -> {
              assertThat(cookie.httpOnly).isTrue();
              assertThat(cookie.sameSite).isEqualTo(SameSiteAttribute.STRICT);
            });
    assertThat(first.errorsOfThePage()).isEmpty();
    assertThat(second.errorsOfThePage()).isEmpty();

    second.press("log-out");

    assertThat(first.awaitNotice()).isEqualTo("You logged out.");
    Await.until("no cookie", Duration.ofSeconds(30), () -> cookies(alice).isEmpty());
  }

  @Test
  void given_a_token_in_a_cookie_when_a_copy_is_used_then_the_page_shows_the_reason() {
    Visitor bob = visitor();
    Tab tab = bob.open();
    tab.page().check("input[value=cookie]");
    tab.logIn("bob");
    String old = cookies(bob).get(0).value;
    tab.press("refresh-now", "Refreshed: generation 1");
    tab.press("refresh-now", "Refreshed: generation 2");

    OidcClient.of(keycloak().baseUri(), "demo", "demo-app-cookie")
        .withHeader("Origin", (String) tab.page().evaluate("location.origin"))
        .refresh(old);

    assertThat(tab.awaitNotice())
        .contains("generation 0 was presented again when 2 was the newest");
  }

  /** The cookies with a refresh token, as malware on the machine could read them. */
  private static List<Cookie> cookies(Visitor visitor) {
    return visitor.context().cookies().stream()
        .filter(cookie -> cookie.name.contains("refresh-token"))
        .toList();
  }

  private static boolean isKeyExportable(Tab tab) {
    return (Boolean)
        tab.page()
            .evaluate(
                "async () => { const { store } = await import('/js/session.js');"
                    + " const { keys } = await store.get('demo-app-key');"
                    + " return crypto.subtle.exportKey('jwk', keys.privateKey).then(() => true, () => false); }");
  }
}
