package dev.tokenguard.demo.app;

import java.util.List;

/**
 * A client that the page can log in as.
 *
 * @param mode {@code grace} or {@code strict}, the attribute that its policy matches
 * @param seconds the lifespan of its access tokens
 */
record AppClient(String id, String mode, int seconds) {

  /** The clients of realm.json; a test compares them. */
  static final List<AppClient> ALL =
      List.of(
          new AppClient("demo-app", "grace", 30),
          new AppClient("demo-app-quick", "grace", 5),
          new AppClient("demo-app-strict", "strict", 30),
          new AppClient("demo-app-strict-quick", "strict", 5));
}
