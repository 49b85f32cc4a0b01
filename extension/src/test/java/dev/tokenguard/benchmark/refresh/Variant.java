package dev.tokenguard.benchmark.refresh;

import java.util.List;

/** A way in which Keycloak can treat a refresh. The first three run in one and the same server. */
public enum Variant {
  NO_ROTATION("a", "no rotation"),
  BUILT_IN_ROTATION("b", "built-in rotation"),
  TOKEN_GUARD("c", "Token Guard"),
  /** The check: does a JAR that is installed and not used cost anything? */
  NO_JAR("a'", "no rotation, no JAR");

  public static final List<Variant> IN_ONE_SERVER =
      List.of(NO_ROTATION, BUILT_IN_ROTATION, TOKEN_GUARD);

  private final String letter;
  private final String title;

  Variant(String letter, String title) {
    this.letter = letter;
    this.title = title;
  }

  public String letter() {
    return letter;
  }

  public String title() {
    return title;
  }
}
