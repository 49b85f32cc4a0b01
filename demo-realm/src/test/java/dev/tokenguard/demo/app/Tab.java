package dev.tokenguard.demo.app;

import com.microsoft.playwright.Page;
import com.microsoft.playwright.Page.WaitForFunctionOptions;
import com.microsoft.playwright.options.WaitForSelectorState;
import java.util.ArrayList;
import java.util.List;

/** A tab with the page of the demo, as its visitor sees it. */
final class Tab {

  private static final double PATIENCE_MS = 60_000;

  private final Page page;
  private final List<String> complaints = new ArrayList<>();

  Tab(Page page) {
    this.page = page;
    page.setDefaultTimeout(PATIENCE_MS);
    page.onPageError(complaints::add);
    page.onConsoleMessage(
        message -> {
          if (message.type().equals("error") || message.type().equals("warning")) {
            complaints.add(message.text());
          }
        });
  }

  Page page() {
    return page;
  }

  /** Errors and warnings on the console, and exceptions that nobody caught. */
  List<String> complaints() {
    return complaints;
  }

  /** What the browser itself says of an answer that was asked for, a refusal, is not the page's. */
  List<String> complaintsOfThePage() {
    return complaints.stream()
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

  /** Waits until the line that answers the buttons holds a text. */
  void awaitOutcome(String text) {
    awaitText("#outcome", text);
  }

  void awaitText(String selector, String text) {
    page.waitForFunction(
        "([selector, text]) => document.querySelector(selector).textContent.includes(text)",
        List.of(selector, text),
        new WaitForFunctionOptions().setTimeout(PATIENCE_MS));
  }

  /** Waits for the login form, and gives the sentence above it. */
  String awaitNotice() {
    page.waitForSelector(
        "#login", new Page.WaitForSelectorOptions().setState(WaitForSelectorState.VISIBLE));
    return page.textContent("#notice");
  }

  int generation() {
    return Integer.parseInt(page.textContent("#generation"));
  }

  void awaitGeneration(int atLeast) {
    page.waitForFunction(
        "least => Number(document.getElementById('generation').textContent) >= least", atLeast);
  }

  /** Takes the hand off the mouse, and looks at the top. */
  void rest() {
    page.mouse().move(0, 0);
    page.waitForFunction("() => document.querySelector('[aria-busy]') === null");
    page.evaluate("() => scrollTo(0, 0)");
  }

  /** What happened of a kind, as the tabs have written it down. */
  int happenings(String kind) {
    return ((Number)
            page.evaluate(
                "kind => JSON.parse(localStorage.getItem('token-guard-demo.history'))"
                    + ".filter(event => event.kind === kind).length",
                kind))
        .intValue();
  }

  /** The kinds of what happened since a theft. */
  @SuppressWarnings("unchecked")
  List<String> sinceTheTheft() {
    return (List<String>)
        page.evaluate(
            "() => { const kinds = JSON.parse(localStorage.getItem('token-guard-demo.history'))"
                + ".map(event => event.kind); return kinds.slice(kinds.lastIndexOf('stolen') + 1); }");
  }
}
