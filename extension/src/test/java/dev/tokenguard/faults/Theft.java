package dev.tokenguard.faults;

/** Two who hold tokens of one family. */
record Theft(App victim, App thief) {

  /** So often must both refresh until one of them is behind by more than grace forgives. */
  private static final int ROUNDS = 2;

  /** Of two branches one is behind; at the latest when both were used again, both are dead. */
  void settle() {
    for (int round = 0; round < ROUNDS; round++) {
      victim.refreshUntilDecided();
      thief.refreshUntilDecided();
    }
    for (App each : new App[] {victim, thief}) {
      if (each.refresh().isOk()) {
        each.complain("a family that was replayed lives on");
      }
      if (each.isWelcome()) {
        each.complain("an access token of a family that was replayed lives on");
      }
    }
  }
}
