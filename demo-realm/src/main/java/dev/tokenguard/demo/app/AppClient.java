package dev.tokenguard.demo.app;

import java.util.List;

/**
 * A client that the page can log in as.
 *
 * @param mode {@code grace} or {@code strict}, as the attribute that its policy looks for
 * @param seconds how long its access tokens live
 */
record AppClient(String id, String mode, int seconds) {

  /** As they stand in realm.json; a test holds the two together. */
  static final List<AppClient> ALL =
      List.of(
          new AppClient("demo-app", "grace", 30),
          new AppClient("demo-app-quick", "grace", 5),
          new AppClient("demo-app-strict", "strict", 30),
          new AppClient("demo-app-strict-quick", "strict", 5));
}
