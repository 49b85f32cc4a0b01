package dev.tokenguard.faults;

import dev.tokenguard.testbed.client.Answer;

/**
 * Copies the newest token of a client and uses it first, from a program of its own. That is
 * granted: nobody can tell yet. The next refresh of the client must end both.
 */
final class EarlyThief implements Actor {

  private final App victim;
  private App thief;
  private boolean isBold;

  /** Whether the thief was answered; without an answer Redis may have rotated all the same. */
  private boolean hasStolen;

  private boolean isCaught;

  EarlyThief(App victim) {
    this.victim = victim;
  }

  @Override
  public void faultBegins() {
    isBold = true;
  }

  @Override
  public void step() {
    if (isCaught) {
      return;
    }
    if (isBold) {
      thief = victim.stolen("early thief", "stolen goods");
      hasStolen |= thief.refresh().isOk();
    }
    read(victim.refresh());
  }

  private void read(Answer answer) {
    isCaught = isBold && answer.status() == 400;
    if (hasStolen && answer.isOk()) {
      victim.complain("the victim of a theft went on");
    }
  }

  @Override
  public void settle() {
    if (!isCaught) {
      read(victim.refreshUntilDecided());
    }
    if (!isCaught && hasStolen) {
      victim.complain("the theft was not noticed");
    }
    new Theft(victim, thief).settle();
  }
}
