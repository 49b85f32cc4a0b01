package dev.tokenguard.faults;

import dev.tokenguard.testbed.client.Answer;
import java.util.function.Function;

/** Ends its tokens during the fault. From the answer on they must be dead. */
final class Leaver implements Actor {

  private final App app;
  private final Function<App, Answer> farewell;

  /** Whether the refresh token ends, too: to revoke an access token spares it. */
  private final boolean endsAll;

  private boolean isGone;
  private volatile boolean isToGo;

  Leaver(App app, Function<App, Answer> farewell, boolean endsAll) {
    this.app = app;
    this.farewell = farewell;
    this.endsAll = endsAll;
  }

  @Override
  public void faultBegins() {
    isToGo = true;
  }

  @Override
  public void step() {
    if (isGone) {
      check();
    } else if (isToGo) {
      isGone = farewell.apply(app).isOk();
    } else {
      app.refresh();
    }
  }

  private void check() {
    if (app.isWelcome()) {
      app.complain("a revoked access token lives");
    }
    if (endsAll && app.present().isOk()) {
      app.complain("a revoked refresh token lives");
    }
  }

  @Override
  public void settle() {
    if (!isGone) {
      isGone = farewell.apply(app).isOk();
    }
    if (isGone) {
      check();
    } else if (!app.isRefreshTokenExpired()) {
      app.complain("could not leave");
    }
  }
}
