package dev.tokenguard.demo.app;

import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.options.ColorScheme;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class StoryIT extends BrowserTest {

  @ParameterizedTest
  @EnumSource(
      value = ColorScheme.class,
      names = {"LIGHT", "DARK"})
  void givenTwoTabsWhenATokenIsStolenThenBothEndAndSayWhy(ColorScheme scheme) {
    Visitor alice = visitor(1280, 900, scheme);
    Tab first = alice.open();
    first.logIn("alice");
    Tab second = alice.open();
    second.awaitDashboard();

    first.press("refresh-now");
    first.awaitOutcome("generation 1");
    second.awaitGeneration(1);
    second.press("refresh-five");
    second.awaitOutcome("5 of 5 served");
    first.awaitGeneration(2);
    first.press("lose-next");
    first.awaitOutcome("the very token that was lost");
    second.awaitGeneration(3);
    assertThat(first.page().textContent("#lineage")).contains("same ×4", "lost", "same again");
    assertThat(first.complaints()).isEmpty();
    assertThat(second.complaints()).isEmpty();

    first.press("steal");
    first.awaitOutcome("The thief used generation 3 and has 4");
    picture(first, "demo-desk-" + scheme.name().toLowerCase());
    second.press("refresh-now");

    assertThat(first.awaitNotice())
        .contains("generation 3 was presented again when 4 was the newest");
    assertThat(second.awaitNotice()).isEqualTo(first.awaitNotice());
    assertThat(second.page().textContent("#last-lineage")).contains("3 used twice", "thief");
    assertThat(first.sinceTheTheft()).containsExactly("refused", "ended");
    assertThat(first.complaintsOfThePage()).isEmpty();
    assertThat(second.complaintsOfThePage()).isEmpty();
    picture(first, "demo-theft-" + scheme.name().toLowerCase());
  }

  @Test
  void givenATheftWhenTheUserLogsInAgainThenThePasswordIsAskedForAndTheThiefHasNothing() {
    Tab tab = visitor().open();
    tab.logIn("alice");
    tab.press("steal");
    tab.awaitOutcome("The thief used generation 0 and has 1");
    tab.press("refresh-now");
    tab.awaitNotice();

    // The session at Keycloak lives on under grace, so only the prompt asks.
    tab.press("log-in");
    tab.page().fill("#password", "demo");
    tab.page().click("#kc-login");
    tab.awaitDashboard();
    tab.press("refresh-now");

    tab.awaitOutcome("Refreshed: generation 1");
  }

  @Test
  void givenAThiefWhoCopiesTheBrowserWhenHeIsLateThenHeIsCaught() {
    Tab tab = visitor().open();
    tab.logIn("bob");
    tab.page().check("#forge");
    tab.press("steal");
    tab.awaitOutcome("The thief used generation 0 and has 1");
    tab.press("refresh-now");
    tab.awaitOutcome("Refreshed: generation 1");
    tab.press("refresh-now");
    tab.awaitOutcome("Refreshed: generation 2");
    tab.press("refresh-now");
    tab.awaitOutcome("Refreshed: generation 3");

    tab.press("thief-again");

    assertThat(tab.awaitNotice())
        .contains("generation 1 was presented again when 3 was the newest");
  }

  @Test
  void givenAnOldTokenWhenItIsReplayedThenTheFamilyIsDead() {
    Tab tab = visitor().open();
    tab.logIn("bob");
    tab.press("refresh-now");
    tab.awaitOutcome("Refreshed: generation 1");
    tab.press("refresh-now");
    tab.awaitOutcome("Refreshed: generation 2");

    tab.press("replay-old");

    assertThat(tab.awaitNotice())
        .contains("generation 0 was presented again when 2 was the newest");
  }
}
