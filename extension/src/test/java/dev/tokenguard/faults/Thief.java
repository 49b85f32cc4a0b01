package dev.tokenguard.faults;

import dev.tokenguard.testbed.client.Answer;

/**
 * Has copied a token of a client that goes on refreshing, and uses the copy during the fault, when
 * it is at least two generations old.
 */
final class Thief implements Actor {

  private static final int OLD_ENOUGH = 2;

  private final App victim;
  private final App thief;

  /** The policy, or the loss of all that Redis knew, lets a replay pass for a while. */
  private final boolean mayPass;

  private int generations;
  private boolean isCaught;
  private volatile boolean isBold;

  Thief(App victim, boolean mayPass) {
    this.victim = victim;
    this.thief = victim.stolen("thief");
    this.mayPass = mayPass;
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
    if (isBold && generations >= OLD_ENOUGH) {
      replay();
    } else if (victim.refresh().isOk()) {
      generations++;
    }
  }

  private void replay() {
    Answer answer = thief.refresh();
    if (answer.isOk() && !mayPass) {
      thief.complain("a replay was accepted");
    }
    isCaught = answer.status() == 400;
    if (!isCaught) {
      victim.refresh();
    }
  }

  @Override
  public void settle() {
    new Theft(victim, thief).settle();
  }
}
