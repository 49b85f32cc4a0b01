package dev.tokenguard.benchmark;

import java.util.List;

/** A way in which Keycloak can treat a refresh. The first three run in one and the same server. */
enum Variant {
  NO_ROTATION("a", "no rotation"),
  STOCK_ROTATION("b", "stock rotation"),
  TOKEN_GUARD("c", "Token Guard"),
  /** The check: does a JAR that is installed and not used cost anything? */
  NO_JAR("a'", "no rotation, no JAR");

  static final List<Variant> IN_ONE_SERVER = List.of(NO_ROTATION, STOCK_ROTATION, TOKEN_GUARD);

  private final String letter;
  private final String title;

  Variant(String letter, String title) {
    this.letter = letter;
    this.title = title;
  }

  String letter() {
    return letter;
  }

  String title() {
    return title;
  }
}
