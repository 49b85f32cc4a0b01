package dev.tokenguard.demo.app;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tokenguard.testbed.TestLength;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Five tabs, one user, access tokens of five seconds. */
class FiveTabsIT extends BrowserTest {

  private static final Duration WATCHED =
      TestLength.of(Duration.ofSeconds(10), Duration.ofSeconds(60));
  private static final int ROTATIONS = TestLength.of(2, 10);

  /** Until there are enough events on a busy machine. */
  private static final Duration PATIENCE = Duration.ofMinutes(3);

  @Test
  void given_responses_lost_at_random_then_all_stay_logged_in_without_an_error() {
    List<Tab> tabs = fiveTabs("grace", "carol", true);
    tabs.get(0).page().check("#bad-network");

    watch(tabs);

    tabs.get(0).page().uncheck("#bad-network");
    tabs.forEach(tab -> tab.press("refresh-now"));
    int newest = tabs.get(0).generation();
    tabs.forEach(tab -> tab.awaitGeneration(newest));
    assertThat(newest).as("rotations").isGreaterThan(ROTATIONS);
    assertThat(tabs.get(0).events("replayed")).as("replays within grace").isPositive();
    assertThat(tabs.get(0).events("refused")).isZero();
    assertThat(tabs).allSatisfy(tab -> assertThat(tab.errors()).isEmpty());
  }

  @ParameterizedTest
  @CsvSource({"grace, true", "strict, false"})
  void given_a_theft_then_the_next_refresh_detects_it_and_every_tab_shows_the_reason(
      String mode, boolean isLossy) {
    // Tokens that do not have to be refreshed while one is stolen.
    List<Tab> tabs = fiveTabs(mode, "carol", false);
    tabs.get(0).page().setChecked("#bad-network", isLossy);
    for (int generation = 1; generation <= 2; generation++) {
      tabs.get(generation).press("refresh-now");
      tabs.get(0).awaitGeneration(generation);
    }
    tabs.get(0).press("steal", "The thief used");

    tabs.get(1).press("refresh-now");

    assertThat(tabs).allSatisfy(tab -> assertThat(tab.awaitNotice()).contains("was used twice"));
    // The first use of the other copy is refused. The response may be lost and the request
    // repeated.
    assertThat(tabs.get(0).sinceTheTheft())
        .doesNotContain("rotated", "replayed")
        .startsWith("refused")
        .endsWith("ended");
    assertThat(tabs).allSatisfy(tab -> assertThat(tab.errorsOfThePage()).isEmpty());
  }

  private List<Tab> fiveTabs(String mode, String user, boolean isQuick) {
    Visitor visitor = visitor();
    Tab first = visitor.open();
    first.page().check("input[value=" + mode + "]");
    first.page().setChecked("input[value=quick]", isQuick);
    first.logIn(user);
    IntStream.range(1, 5).forEach(more -> visitor.open().awaitDashboard());
    return visitor.tabs();
  }

  /** Until responses were lost and repeated. */
  private static void watch(List<Tab> tabs) {
    long begin = System.nanoTime();
    Duration watched = Duration.ZERO;
    while (watched.compareTo(WATCHED) < 0
        || (!hasLostResponses(tabs.get(0)) && watched.compareTo(PATIENCE) < 0)) {
      assertThat(tabs).allMatch(Tab::showsDashboard, "logged in");
      tabs.get(0).page().waitForTimeout(500);
      watched = Duration.ofNanos(System.nanoTime() - begin);
    }
  }

  private static boolean hasLostResponses(Tab tab) {
    return tab.generation() > ROTATIONS && tab.events("replayed") > 0;
  }
}
