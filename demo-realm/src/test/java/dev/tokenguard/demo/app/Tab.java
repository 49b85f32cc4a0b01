package dev.tokenguard.demo.app;

import com.microsoft.playwright.Page;
import com.microsoft.playwright.Page.WaitForFunctionOptions;
import com.microsoft.playwright.options.WaitForSelectorState;
import java.util.ArrayList;
import java.util.List;

/** A tab with the page of the demo. */
final class Tab {

  private static final double PATIENCE_MS = 60_000;

  private final Page page;
  private final List<String> errors = new ArrayList<>();

  Tab(Page page) {
    this.page = page;
    page.setDefaultTimeout(PATIENCE_MS);
    page.onPageError(errors::add);
    page.onConsoleMessage(
        message -> {
          if (message.type().equals("error") || message.type().equals("warning")) {
            errors.add(message.text());
          }
        });
  }

  Page page() {
    return page;
  }

  /** Errors and warnings on the console, and uncaught exceptions. */
  List<String> errors() {
    return errors;
  }

  /** Without the browser's own message for a refusal that the user has asked for. */
  List<String> errorsOfThePage() {
    return errors.stream()
        .filter(text -> !text.matches("Failed to load resource: .* status of 40[01] .*"))
        .toList();
  }

  void logIn(String user) {
    page.click("#log-in");
    page.fill("#username", user);
    page.fill("#password", "demo");
    page.click("#kc-login");
    awaitDashboard();
  }

  void awaitDashboard() {
    page.waitForSelector("#dashboard:not([hidden])");
  }

  boolean showsDashboard() {
    return page.isVisible("#dashboard");
  }

  void press(String id) {
    page.click("#" + id);
  }

  /** Presses a button, and waits for a text in the line that reports its result. */
  void press(String id, String outcome) {
    press(id);
    awaitOutcome(outcome);
  }

  /** Waits for a text in the line that reports the result of a button. */
  void awaitOutcome(String text) {
    awaitText("#outcome", text);
  }

  /** Waits for a condition in the page, also one that holds for a moment only. */
  static void await(Page page, String condition, Object argument) {
    page.waitForFunction(condition, argument, new WaitForFunctionOptions().setTimeout(PATIENCE_MS));
  }

  void awaitText(String selector, String text) {
    await(
        page,
        "([selector, text]) => document.querySelector(selector).textContent.includes(text)",
        List.of(selector, text));
  }

  /** Waits for the login form, and returns the notice above it. */
  String awaitNotice() {
    page.waitForSelector(
        "#login", new Page.WaitForSelectorOptions().setState(WaitForSelectorState.VISIBLE));
    return page.textContent("#notice");
  }

  int generation() {
    return Integer.parseInt(page.textContent("#generation"));
  }

  void awaitGeneration(int atLeast) {
    await(
        page,
        "least => Number(document.getElementById('generation').textContent) >= least",
        atLeast);
  }

  /** For a picture. */
  void rest() {
    page.mouse().move(0, 0);
    await(page, "() => document.querySelector('[aria-busy]') === null", null);
    page.evaluate("() => scrollTo(0, 0)");
  }

  /** How many events of a kind the tabs have recorded. */
  int events(String kind) {
    return ((Number)
            page.evaluate(
                "kind => JSON.parse(localStorage.getItem('token-guard-demo.history'))"
                    + ".filter(event => event.kind === kind).length",
                kind))
        .intValue();
  }

  /** The kinds of the events since a theft. */
  @SuppressWarnings("unchecked")
  List<String> sinceTheTheft() {
    return (List<String>)
        page.evaluate(
            "() => { const kinds = JSON.parse(localStorage.getItem('token-guard-demo.history'))"
                + ".map(event => event.kind); return kinds.slice(kinds.lastIndexOf('stolen') + 1); }");
  }
}
