package dev.tokenguard.faults;

import dev.tokenguard.testbed.client.Answer;

/**
 * A client that is not guarded, which refreshes as with stock Keycloak, whatever befalls Redis. It
 * always presents the token of its login: one that was made by a clock that is behind is older than
 * its session, and stock Keycloak refuses it.
 */
final class Bystander implements Actor {

  private final App app;

  Bystander(App app) {
    this.app = app;
  }

  @Override
  public void step() {
    Answer answer = app.present();
    if (!answer.isOk()) {
      app.complain("was not served: " + answer.status() + " " + answer.body());
    }
  }

  @Override
  public void settle() {
    step();
  }
}
