package dev.tokenguard.demo.console;

import com.fasterxml.jackson.databind.JsonNode;
import com.microsoft.playwright.Browser;
import com.microsoft.playwright.BrowserContext;
import dev.tokenguard.demo.app.BrowserTest;
import dev.tokenguard.demo.app.Servers;
import dev.tokenguard.testbed.Await;
import dev.tokenguard.testbed.client.AdminApi;
import dev.tokenguard.testbed.client.OidcClient;
import java.time.Duration;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** A test in Keycloak's own console, which restores the realm. */
abstract class ConsoleTest extends BrowserTest {

  private static final String PROFILES = "/client-policies/profiles";
  private static final String POLICIES = "/client-policies/policies";
  private static final String EVENTS = "/events/config";

  private BrowserContext context;
  private JsonNode profiles;
  private JsonNode policies;
  private JsonNode events;

  @BeforeEach
  void remember() {
    profiles = admin().get(PROFILES).orFail().body();
    policies = admin().get(POLICIES).orFail().body();
    events = admin().get(EVENTS).orFail().body();
  }

  @AfterEach
  void putBack() {
    if (context != null) {
      context.close();
    }
    admin().put(POLICIES, policies).orFail();
    admin().put(PROFILES, profiles).orFail();
    admin().put(EVENTS, events).orFail();
  }

  /** The console in a new browser of this height. */
  Console console(int height) {
    context =
        browser()
            .newContext(
                new Browser.NewContextOptions().setViewportSize(1280, height).setLocale("en-GB"));
    return new Console(context.newPage(), Servers.shared().keycloak().baseUri());
  }

  static AdminApi admin() {
    return Servers.shared().keycloak().admin("demo");
  }

  static OidcClient client(String clientId) {
    return OidcClient.of(Servers.shared().keycloak().baseUri(), "demo", clientId);
  }

  static JsonNode profile(String name) {
    return named(admin().get(PROFILES).orFail().body().path("profiles"), name);
  }

  static JsonNode policy(String name) {
    return named(admin().get(POLICIES).orFail().body().path("policies"), name);
  }

  /** What the console saves, the server has a moment later. */
  static void await(String what, BooleanSupplier saved) {
    Await.until(what, Duration.ofMinutes(1), saved);
  }

  private static JsonNode named(JsonNode all, String name) {
    for (JsonNode one : all) {
      if (one.path("name").asText().equals(name)) {
        return one;
      }
    }
    throw new AssertionError("nothing named " + name + " in " + all);
  }
}
